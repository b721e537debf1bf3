const MARKS = /\p{M}/gu

/** Removes case and accents, as the gateway's search does. */
export function foldCase(text: string): string {
  return text.normalize('NFKD').replace(MARKS, '').toLowerCase()
}
