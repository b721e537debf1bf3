import { distance } from 'fastest-levenshtein'

const MOST = 4
const LONG = 4

/** Builds all variants of the text with two adjacent letters swapped, which counts as one mistake. */
function swapNeighbours(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, i) =>
    text.slice(0, i) + text.charAt(i + 1) + text.charAt(i) + text.slice(i + 2),
  ).filter((swapped) => swapped !== text)
}

function countMistakes(typed: string, swapped: readonly string[], symbol: string): number {
  return Math.min(distance(typed, symbol), ...swapped.map((text) => 1 + distance(text, symbol)))
}

function countUnsharedLetters(typed: string, symbol: string): number {
  const only = (text: string, other: string): string[] => [...new Set(text)].filter((letter) => !other.includes(letter))
  return only(typed, symbol).length + only(symbol, typed).length
}

/** Finds the symbols within two typing mistakes of the text, one if it is short, most similar first. */
export function findNearest(typed: string, symbols: readonly string[]): string[] {
  const swapped = swapNeighbours(typed)
  const far = typed.length < LONG ? 1 : 2
  return symbols
    .filter((symbol) => symbol !== typed && Math.abs(symbol.length - typed.length) <= far)
    .map((symbol) => ({
      symbol,
      mistakes: countMistakes(typed, swapped, symbol),
      others: countUnsharedLetters(typed, symbol),
    }))
    .filter((candidate) => candidate.mistakes <= far)
    .sort((a, b) => a.mistakes - b.mistakes || a.others - b.others || (a.symbol < b.symbol ? -1 : 1))
    .slice(0, MOST)
    .map(({ symbol }) => symbol)
}
