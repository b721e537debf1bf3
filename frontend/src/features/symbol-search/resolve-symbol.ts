import { normaliseSymbol } from '@/address/normalise-symbol'
import type { StockPage } from '@/api/gen/types.gen'
import { folded } from '@/lib/fold-case'

const FEWEST_LETTERS = 2

function words(text: string): string {
  return ` ${(folded(text).replace(/['’]/g, '').match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `
}

/** How well whole words fit a company's name: they are it, begin it, are in it, or are not. */
function fit(typed: string, name: string): number {
  if (typed.trim().length < FEWEST_LETTERS || !name.includes(typed)) return 0
  if (name === typed) return 3
  return name.startsWith(typed) ? 2 : 1
}

/**
 * The symbol that is meant by what was typed, given the first page of the search for it; null if that is not clear.
 * Clear are a symbol that is there, whole words of one company's name that fit no other as well, and what matches nothing.
 * Part of a symbol never is: "F" may be Ford, though the store has only FB.
 */
export function meantBy(typed: string, { stocks, next_cursor: cursor }: StockPage): string | null {
  const symbol = normaliseSymbol(typed)
  if (stocks.length === 0 || stocks.some((stock) => stock.symbol === symbol)) return symbol
  if (cursor !== null) return null
  const wanted = words(typed)
  const fits = stocks.map((stock) => fit(wanted, words(stock.name ?? '')))
  const best = Math.max(...fits)
  const [only, ...others] = stocks.filter((_, i) => fits[i] === best)
  return best > 0 && only !== undefined && others.length === 0 ? only.symbol : null
}
