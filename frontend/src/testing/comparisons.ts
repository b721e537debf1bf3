import { http, HttpResponse, type HttpHandler } from 'msw/http'
import type { Problem, SymbolBars } from '@/api/gen/types.gen'
import { PROBLEMS } from './handlers'
import { problemResponse, REQUEST_ID } from './problems'

type Closes = Record<string, number>

/** AAPL falls, then rises; IBM has one session fewer; MSFT never falls. Two sessions are in the range “All” only. */
export const CLOSES: Record<string, Closes> = {
  AAPL: { '2005-02-25': 88, '2005-02-28': 44, '2013-02-26': 450, '2013-02-27': 360, '2013-02-28': 400, '2013-03-01': 495 },
  IBM: { '2005-02-25': 92, '2005-02-28': 93, '2013-02-26': 200, '2013-02-28': 150, '2013-03-01': 180 },
  MSFT: { '2013-02-25': 27, '2013-02-26': 28, '2013-02-27': 28, '2013-02-28': 28, '2013-03-01': 28.7 },
}

export const NO_ADJUSTED_PRICES: Problem = {
  type: '/problems/no-adjusted-prices',
  title: 'No adjusted prices',
  status: 409,
  detail: 'The bars have no adjusted close.',
  instance: '/api/stocks/IBM/bars',
  request_id: REQUEST_ID,
  retryable: false,
}

function buildBars(symbol: string, closes: Closes): SymbolBars {
  const bars = Object.entries(closes).map(([session, close]) => ({ session, open: close, high: close, low: close, close }))
  return { symbol, revision: 'a1b2c3d4', skipped: 0, bars }
}

/** Answers with bars of these closes; other symbols are unknown. */
export function closesAre(closes: Record<string, Closes>): HttpHandler {
  return http.get<{ symbol: string }>('*/api/stocks/:symbol/bars', ({ params: { symbol } }) => {
    const known = closes[symbol]
    return known === undefined ? problemResponse(PROBLEMS.unknownSymbol) : HttpResponse.json(buildBars(symbol, known))
  })
}

export function hasNoAdjustedPrices(without: string): HttpHandler {
  return http.get<{ symbol: string }>('*/api/stocks/:symbol/bars', ({ params: { symbol }, request }) =>
    symbol === without && new URL(request.url).searchParams.get('adjusted') === 'true'
      ? problemResponse(NO_ADJUSTED_PRICES)
      : undefined,
  )
}
