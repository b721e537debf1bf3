import { http, HttpResponse, type HttpHandler } from 'msw/http'
import type { Evaluation, Forecast, Problem, Result, Stock, SymbolBars } from '@/api/gen/types.gen'
import { AAPL_EVALUATION } from './evaluations'
import { AAPL_FORECAST } from './forecasts'
import { problemResponse, REQUEST_ID } from './problems'
import { AAPL } from './results'
import { runHandlers } from './run-handlers'
import { AAPL_BARS, AAPL_STOCK, stockPage, SYMBOLS } from './stocks'

const ALL = '*/api/stocks/all'
const SEARCH = '*/api/stocks'
const STOCK = /\/api\/stocks\/(?!all$)[^/]+$/
const BARS = '*/api/stocks/:symbol/bars'
const RESULT = '*/api/stocks/:symbol/result'
const FORECAST = '*/api/stocks/:symbol/forecast'
const EVALUATION = '*/api/stocks/:symbol/evaluation'

export const PROBLEMS = {
  unknownSymbol: {
    type: '/problems/symbol-not-found',
    title: 'Unknown symbol',
    status: 404,
    detail: 'The store has no symbol ZZZZ.',
    instance: '/api/stocks/ZZZZ',
    request_id: REQUEST_ID,
    retryable: false,
  },
  tooFewBars: {
    type: '/problems/not-enough-bars',
    title: 'Too few bars',
    status: 409,
    detail: 'NEW has 44 complete bars to learn from; at least 134 are needed.',
    instance: '/api/stocks/NEW/forecast',
    request_id: REQUEST_ID,
    retryable: false,
  },
  busy: {
    type: '/problems/busy',
    title: 'The service is busy',
    status: 503,
    detail: 'More work is waiting than the service lets wait.',
    instance: '/api/result',
    request_id: REQUEST_ID,
    retryable: true,
  },
} as const satisfies Record<string, Problem>

interface FailureOptions {
  once?: boolean
  retryAfter?: number
}

export function symbolsAre(symbols: string[]): HttpHandler[] {
  return [
    http.get(ALL, () => HttpResponse.json(symbols)),
    http.get(SEARCH, ({ request }) => {
      const { searchParams } = new URL(request.url)
      const limit = Number(searchParams.get('limit') ?? 20)
      return HttpResponse.json(stockPage(searchParams.get('query') ?? '', searchParams.get('cursor'), limit, symbols))
    }),
  ]
}

export function stockIs(stock: Stock): HttpHandler {
  return http.get(STOCK, () => HttpResponse.json(stock))
}

export function stockFailsWith(problem: Problem, { once = false, retryAfter }: FailureOptions = {}): HttpHandler {
  return http.get(STOCK, () => problemResponse(problem, retryAfter), { once })
}

export function barsAre(bars: SymbolBars): HttpHandler {
  return http.get(BARS, () => HttpResponse.json(bars))
}

export function barsFailWith(problem: Problem, { once = false, retryAfter }: FailureOptions = {}): HttpHandler {
  return http.get(BARS, () => problemResponse(problem, retryAfter), { once })
}

export function resultIs(result: Result): HttpHandler {
  return http.get(RESULT, () => HttpResponse.json(result))
}

export function resultFailsWith(problem: Problem, { once = false, retryAfter }: FailureOptions = {}): HttpHandler {
  return http.get(RESULT, () => problemResponse(problem, retryAfter), { once })
}

export function forecastIs(forecast: Forecast): HttpHandler {
  return http.get(FORECAST, () => HttpResponse.json(forecast))
}

export function forecastFailsWith(problem: Problem, { once = false, retryAfter }: FailureOptions = {}): HttpHandler {
  return http.get(FORECAST, () => problemResponse(problem, retryAfter), { once })
}

export function evaluationIs(evaluation: Evaluation): HttpHandler {
  return http.get(EVALUATION, () => HttpResponse.json(evaluation))
}

export function evaluationFailsWith(problem: Problem, { once = false, retryAfter }: FailureOptions = {}): HttpHandler {
  return http.get(EVALUATION, () => problemResponse(problem, retryAfter), { once })
}

export function gatewayIsDown(): HttpHandler[] {
  return [ALL, SEARCH, STOCK, BARS, RESULT, FORECAST, EVALUATION].map((at) => http.get(at, () => HttpResponse.error()))
}

/** Every symbol except ZZZZ has the bars of AAPL. */
export const handlers: HttpHandler[] = [
  ...runHandlers,
  ...symbolsAre(SYMBOLS),
  http.get<{ symbol: string }>('*/api/stocks/:symbol', ({ params: { symbol } }) =>
    symbol === 'ZZZZ' ? problemResponse(PROBLEMS.unknownSymbol) : HttpResponse.json({ ...AAPL_STOCK, symbol }),
  ),
  http.get<{ symbol: string }>(BARS, ({ params: { symbol } }) =>
    symbol === 'ZZZZ' ? problemResponse(PROBLEMS.unknownSymbol) : HttpResponse.json({ ...AAPL_BARS, symbol }),
  ),
  http.get<{ symbol: string }>(RESULT, ({ params: { symbol } }) =>
    symbol === 'ZZZZ' ? problemResponse(PROBLEMS.unknownSymbol) : HttpResponse.json({ ...AAPL, stock_symbol: symbol }),
  ),
  http.get<{ symbol: string }>(FORECAST, ({ params: { symbol } }) =>
    HttpResponse.json({ ...AAPL_FORECAST, stock_symbol: symbol }),
  ),
  http.get<{ symbol: string }>(EVALUATION, ({ params: { symbol } }) =>
    HttpResponse.json({ ...AAPL_EVALUATION, stock_symbol: symbol }),
  ),
]
