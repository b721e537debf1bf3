/** Whether the next picker takes the focus. Choosing the first symbol or removing the last one replaces the panel. */
let isHandoverRequested = false

export function requestFocusHandover(isWanted: boolean): void {
  isHandoverRequested = isWanted
}

export function acceptFocusHandover(input: HTMLInputElement | null): void {
  if (isHandoverRequested) {
    input?.focus()
    input?.setSelectionRange(input.value.length, input.value.length)
  }
  isHandoverRequested = false
}
