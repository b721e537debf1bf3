const MARKS = /\p{M}/gu
const LETTERS: Record<string, string> = { æ: 'ae', ø: 'o', œ: 'oe', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ß: 'ss' }

/** Removes case and accents, as the gateway's search does. */
export function foldCase(text: string): string {
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(/[æøœłđðþß]/g, (letter) => LETTERS[letter] ?? letter)
}
