import { normaliseSymbol } from '@/address/normalise-symbol'
import { count } from '@/lib/format'
import { type NamedSymbol, useRecentSymbols } from './lists/recent-symbols'
import { useNearest } from './lists/use-nearest'
import { type StockSearch, useStockSearch } from './use-stock-search'

/** What stands under the box: stocks to choose from, and what is said above and below them. */
export interface Offer {
  kind: 'recent' | 'searching' | 'failed' | 'nothing' | 'found'
  stocks: readonly NamedSymbol[]
  headline: string
  footnote: string
}

function recentOffer(recent: readonly NamedSymbol[]): Offer {
  return { kind: 'recent', stocks: recent, headline: 'Recent', footnote: '' }
}

function waitingOffer({ problem }: StockSearch): Offer {
  if (problem === null) return { kind: 'searching', stocks: [], headline: 'Searching…', footnote: '' }
  const footnote = 'There are no suggestions. Enter still asks for the symbol that you type.'
  return { kind: 'failed', stocks: [], headline: `${problem.title}.`, footnote }
}

function nothingOffer(query: string, near: readonly string[] = []): Offer {
  const stocks = near.map((symbol) => ({ symbol, name: null }))
  const headline = `Nothing matches “${query}”.${near.length === 0 ? '' : ' Did you mean:'}`
  return { kind: 'nothing', stocks, headline, footnote: '' }
}

function foundOffer(stocks: readonly NamedSymbol[], { hasMore, problem }: StockSearch, asked: string | null): Offer {
  const question = `“${asked ?? ''}” is not a symbol here. Choose a stock, or press Enter again to ask for it anyway.`
  const number = stocks.length === 1 ? 'One stock matches.' : `${count(stocks.length)} stocks match.`
  const more = problem === null ? 'Scroll for the rest.' : `The rest could not be loaded: ${problem.title}.`
  return {
    kind: 'found',
    stocks,
    headline: asked === null ? '' : question,
    footnote: hasMore ? `The best ${count(stocks.length)} matches. ${more}` : number,
  }
}

/** What a screen reader says of it. */
export function announcement({ kind, stocks, headline, footnote }: Offer): string {
  if (kind === 'recent') return `Recent symbols: ${count(stocks.length)}`
  if (kind === 'nothing') return `${headline} ${stocks.map(({ symbol }) => symbol).join(', ')}`
  return `${headline} ${footnote}`
}

/** `isAsked`: Enter was pressed, and it is not clear which stock is meant. */
export function useOffer(query: string, isAsked: boolean): { offer: Offer; loadMore: () => void; hasMore: boolean } {
  const recent = useRecentSymbols()
  const search = useStockSearch(query)
  const { stocks, isCurrent, hasMore, loadMore } = search
  const isNothing = isCurrent && stocks?.length === 0
  const near = useNearest(isNothing ? normaliseSymbol(query) : null)

  function offer(): Offer {
    if (query === '') return recentOffer(recent)
    if (isNothing) return nothingOffer(query, near)
    if (stocks === undefined || stocks.length === 0) return waitingOffer(search)
    return foundOffer(stocks, search, isAsked ? query : null)
  }
  return { offer: offer(), hasMore, loadMore }
}
