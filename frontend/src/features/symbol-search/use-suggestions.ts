import { normaliseSymbol } from '@/address/normalise-symbol'
import { count } from '@/lib/format'
import { type NamedSymbol, useRecentSymbols } from './lists/recent-symbols'
import { useNearest } from './lists/use-nearest'
import { type StockSearch, useStockSearch } from './use-stock-search'

/** The content of the popup: the suggested stocks, a headline and a footnote. */
export interface Suggestions {
  kind: 'recent' | 'searching' | 'failed' | 'nothing' | 'found'
  stocks: readonly NamedSymbol[]
  headline: string
  footnote: string
}

function suggestRecent(recent: readonly NamedSymbol[]): Suggestions {
  return { kind: 'recent', stocks: recent, headline: 'Recent', footnote: '' }
}

function describeWaiting({ problem }: StockSearch): Suggestions {
  if (problem === null) return { kind: 'searching', stocks: [], headline: 'Searching…', footnote: '' }
  const footnote = 'No suggestions. Press Enter to open the symbol you typed.'
  return { kind: 'failed', stocks: [], headline: `${problem.title}.`, footnote }
}

function suggestNearest(query: string, nearest: readonly string[] = []): Suggestions {
  const stocks = nearest.map((symbol) => ({ symbol, name: null }))
  const headline = `No matches for “${query}”.${nearest.length === 0 ? '' : ' Did you mean:'}`
  return { kind: 'nothing', stocks, headline, footnote: '' }
}

function suggestMatches(
  stocks: readonly NamedSymbol[],
  { hasMore, problem }: StockSearch,
  asked: string | null,
): Suggestions {
  const question = `“${asked ?? ''}” is not a known symbol. Choose a stock, or press Enter again to open it anyway.`
  const number = stocks.length === 1 ? '1 stock matches.' : `${count(stocks.length)} stocks match.`
  const more = problem === null ? 'Scroll for more.' : `The rest could not be loaded: ${problem.title}.`
  return {
    kind: 'found',
    stocks,
    headline: asked === null ? '' : question,
    footnote: hasMore ? `Top ${count(stocks.length)} matches. ${more}` : number,
  }
}

/** Describes the suggestions for screen readers. */
export function announceSuggestions({ kind, stocks, headline, footnote }: Suggestions): string {
  if (kind === 'recent') return `Recent symbols: ${count(stocks.length)}`
  if (kind === 'nothing') return `${headline} ${stocks.map(({ symbol }) => symbol).join(', ')}`
  return `${headline} ${footnote}`
}

/** `isAsked`: Enter was pressed and the stock is ambiguous. */
export function useSuggestions(
  query: string,
  isAsked: boolean,
): { suggestions: Suggestions; loadMore: () => void; hasMore: boolean } {
  const recent = useRecentSymbols()
  const search = useStockSearch(query)
  const { stocks, isCurrent, hasMore, loadMore } = search
  const isNothing = isCurrent && stocks?.length === 0
  const nearest = useNearest(isNothing ? normaliseSymbol(query) : null)

  function suggestions(): Suggestions {
    if (query === '') return suggestRecent(recent)
    if (isNothing) return suggestNearest(query, nearest)
    if (stocks === undefined || stocks.length === 0) return describeWaiting(search)
    return suggestMatches(stocks, search, isAsked ? query : null)
  }
  return { suggestions: suggestions(), hasMore, loadMore }
}
