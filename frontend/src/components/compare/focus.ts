/** Whether the next picker takes the focus: the first symbol chosen and the last one removed swap its panel. */
let isHandedOver = false

export function handOver(isWanted: boolean): void {
  isHandedOver = isWanted
}

export function takeOver(input: HTMLInputElement | null): void {
  if (isHandedOver) {
    input?.focus()
    input?.setSelectionRange(input.value.length, input.value.length)
  }
  isHandedOver = false
}
