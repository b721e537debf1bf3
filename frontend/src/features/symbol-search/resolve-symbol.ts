import { normaliseSymbol } from '@/address/normalise-symbol'
import type { StockPage } from '@/api/gen/types.gen'
import { foldCase } from '@/lib/fold-case'

const FEWEST_LETTERS = 2

function foldWords(text: string): string {
  return ` ${(foldCase(text).replace(/['’]/g, '').match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `
}

/** Scores how well whole words match a company's name: 3 equal, 2 prefix, 1 contained, 0 no match. */
function scoreFit(typed: string, name: string): number {
  if (typed.trim().length < FEWEST_LETTERS || !name.includes(typed)) return 0
  if (name === typed) return 3
  return name.startsWith(typed) ? 2 : 1
}

/**
 * Resolves typed text to a symbol, given the first page of search results; null if it is ambiguous.
 * An existing symbol, whole words that match one company's name best, and text without any match resolve.
 * Part of a symbol does not: "F" may be Ford, even if the store has only FB.
 */
export function resolveSymbol(typed: string, { stocks, next_cursor: cursor }: StockPage): string | null {
  const symbol = normaliseSymbol(typed)
  if (stocks.length === 0 || stocks.some((stock) => stock.symbol === symbol)) return symbol
  if (cursor !== null) return null
  const words = foldWords(typed)
  const fits = stocks.map((stock) => scoreFit(words, foldWords(stock.name ?? '')))
  const best = Math.max(...fits)
  const [only, ...others] = stocks.filter((_, i) => fits[i] === best)
  return best > 0 && only !== undefined && others.length === 0 ? only.symbol : null
}
