const MARKS = /\p{M}/gu

/** The text without case and accents, as the search of the gateway compares it. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(MARKS, '').toLowerCase()
}
