import { distance } from 'fastest-levenshtein'

const MOST = 4
const LONG = 4

/** The text, and the text with each two neighbours exchanged: typing them the wrong way round is one mistake. */
function exchanges(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, i) =>
    text.slice(0, i) + text.charAt(i + 1) + text.charAt(i) + text.slice(i + 2),
  ).filter((exchanged) => exchanged !== text)
}

function mistakes(typed: string, exchanged: readonly string[], symbol: string): number {
  return Math.min(distance(typed, symbol), ...exchanged.map((text) => 1 + distance(text, symbol)))
}

function otherLetters(typed: string, symbol: string): number {
  const only = (text: string, other: string): string[] => [...new Set(text)].filter((letter) => !other.includes(letter))
  return only(typed, symbol).length + only(symbol, typed).length
}

/** The symbols that differ from what was typed by two mistakes at most, one if it is short, the most alike first. */
export function nearest(typed: string, symbols: readonly string[]): string[] {
  const exchanged = exchanges(typed)
  const far = typed.length < LONG ? 1 : 2
  return symbols
    .filter((symbol) => symbol !== typed && Math.abs(symbol.length - typed.length) <= far)
    .map((symbol) => ({ symbol, mistakes: mistakes(typed, exchanged, symbol), others: otherLetters(typed, symbol) }))
    .filter((one) => one.mistakes <= far)
    .sort((a, b) => a.mistakes - b.mistakes || a.others - b.others || (a.symbol < b.symbol ? -1 : 1))
    .slice(0, MOST)
    .map(({ symbol }) => symbol)
}
