/** A `ref` callback that focuses the element where a step of the dialog begins. */
export function focusOnMount(element: HTMLElement | null): void {
  element?.focus()
}
