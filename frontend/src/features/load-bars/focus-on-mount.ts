/** For `ref`: each step of the dialog begins where its reader is to go on. */
export function focusOnMount(element: HTMLElement | null): void {
  element?.focus()
}
