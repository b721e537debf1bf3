import type { Stock, StockPage, SymbolBars } from '@/api/gen/types.gen'
import { AAPL } from './results'

const NAMES: Record<string, string> = {
  AAPL: 'Apple Inc.',
  AAPX: 'Aapex Corp.',
  BAAP: 'Baapco',
  CAAP: 'Corporación América Airports S.A.',
  DAAP: 'Daap plc',
  IBM: 'International Business Machines Corp.',
  MSFT: 'Microsoft Corp.',
}

export const SYMBOLS = Object.keys(NAMES)

export const AAPL_STOCK: Stock = {
  symbol: 'AAPL',
  name: 'Apple Inc.',
  first_session: '2010-07-27',
  last_session: AAPL.predictions.session.at(-1) ?? '',
  bars: 250,
  revision: 'a1b2c3d4',
  source: 'sample',
  loaded_at: '2026-11-24T09:30:00Z',
  has_adjusted_prices: true,
  findings: [
    {
      code: 'split_like_jump',
      detail: '2 jumps look like unadjusted splits. Use adjusted prices (adjusted=true).',
      count: 2,
      sessions: ['2000-06-21', '2005-02-28'],
    },
  ],
}

/** One bar for each test session of the result. */
export const AAPL_BARS: SymbolBars = {
  symbol: 'AAPL',
  revision: 'a1b2c3d4',
  skipped: 0,
  bars: AAPL.predictions.session.map((session, i) => {
    const close = AAPL.predictions.actual[i] ?? 0
    return { session, open: close - 1, high: close + 2, low: close - 3, close, volume: 1000 + i, adj_close: close / 2 }
  }),
}

/** Answers a search: symbols first, then names; twenty per page. */
export function stockPage(query: string, cursor: string | null, limit = 20, symbols = SYMBOLS): StockPage {
  const wanted = query.trim().toLowerCase()
  const has = (text: string | undefined): boolean => text?.toLowerCase().includes(wanted) ?? false
  const found = symbols.filter((symbol) => has(symbol) || has(NAMES[symbol]))
  found.sort((a, b) => Number(b.toLowerCase().startsWith(wanted)) - Number(a.toLowerCase().startsWith(wanted)))
  const from = Number(cursor ?? 0)
  const stocks = found.slice(from, from + limit).map((symbol) => ({ symbol, name: NAMES[symbol] ?? null }))
  return { stocks, next_cursor: from + limit < found.length ? String(from + limit) : null }
}
