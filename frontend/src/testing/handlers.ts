import { http, HttpResponse, type HttpHandler } from 'msw/http'
import type { Forecast, Problem, Result, ResultRequest } from '@/api/gen/types.gen'
import { AAPL_FORECAST } from './forecasts'
import { AAPL } from './results'

const SYMBOLS = '*/api/stocks/all'
const RESULT = '*/api/result'
const FORECAST = '*/api/stocks/:symbol/forecast'

export const REQUEST_ID = '5f2b7c0e9d1a4b3c8e6f7a8b9c0d1e2f'

export const PROBLEMS = {
  unknownSymbol: {
    type: '/problems/symbol-not-found',
    title: 'Unknown symbol',
    status: 404,
    detail: 'The store has no symbol ZZZZ.',
    instance: '/api/result',
    request_id: REQUEST_ID,
    retryable: false,
  },
  tooFewBars: {
    type: '/problems/not-enough-bars',
    title: 'Too few bars',
    status: 409,
    detail: 'NEW has 44 complete bars that may be known; at least 134 are needed.',
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

function problemResponse(problem: Problem): HttpResponse<Problem> {
  const headers = { 'content-type': 'application/problem+json' }
  return HttpResponse.json(problem, { status: problem.status, headers })
}

export function symbolsAre(symbols: string[]): HttpHandler {
  return http.get(SYMBOLS, () => HttpResponse.json(symbols))
}

export function resultIs(result: Result): HttpHandler {
  return http.post(RESULT, () => HttpResponse.json(result))
}

export function resultFailsWith(problem: Problem, { once = false } = {}): HttpHandler {
  return http.post(RESULT, () => problemResponse(problem), { once })
}

export function resultIsText(text: string, status: number): HttpHandler {
  return http.post(RESULT, () => HttpResponse.text(text, { status }))
}

export function forecastIs(forecast: Forecast): HttpHandler {
  return http.get(FORECAST, () => HttpResponse.json(forecast))
}

export function forecastFailsWith(problem: Problem, { once = false } = {}): HttpHandler {
  return http.get(FORECAST, () => problemResponse(problem), { once })
}

export function gatewayIsDown(): HttpHandler[] {
  return [http.get(SYMBOLS, () => HttpResponse.error()), http.post(RESULT, () => HttpResponse.error())]
}

export const handlers: HttpHandler[] = [
  symbolsAre(['AAPL', 'AAPX', 'BAAP', 'CAAP', 'DAAP', 'IBM', 'MSFT']),
  forecastIs(AAPL_FORECAST),
  http.post<never, ResultRequest, Result | Problem>(RESULT, async ({ request }) => {
    const { stock_symbol: symbol } = await request.json()
    return symbol === 'ZZZZ'
      ? problemResponse(PROBLEMS.unknownSymbol)
      : HttpResponse.json({ ...AAPL, stock_symbol: symbol })
  }),
]
