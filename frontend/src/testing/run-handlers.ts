import { http, HttpResponse, type HttpHandler } from 'msw/http'
import type { Leaderboard, Problem, Run, RunRequestInput, Screener } from '@/api/gen/types.gen'
import { problemResponse, REQUEST_ID } from './problems'
import { LEADERBOARD, RUN, SCREENER } from './universes'

const RUNS = '*/api/runs'
const SCREENER_AT = '*/api/screener'
const LEADERBOARD_AT = '*/api/leaderboard'

export const NO_RUN: Problem = {
  type: '/problems/no-complete-run',
  title: 'No run has been completed',
  status: 404,
  detail: 'No run over all symbols has succeeded at this horizon and level.',
  instance: '/api/screener',
  request_id: REQUEST_ID,
  retryable: false,
}

const KEY_IS_WRONG: Problem = {
  ...NO_RUN,
  type: '/problems/not-authorised',
  title: 'An API key is needed',
  status: 401,
  detail: 'Check the API key: it is not valid here.',
}

export function runsAre(...runs: Run[]): HttpHandler {
  return http.get(RUNS, () => HttpResponse.json({ runs }))
}

export function runIs(run: Run): HttpHandler {
  return http.get('*/api/runs/:id', () => HttpResponse.json(run))
}

export function screenerIs(screener: Screener): HttpHandler {
  return http.get(SCREENER_AT, () => HttpResponse.json(screener))
}

export function screenerFailsWith(problem: Problem): HttpHandler {
  return http.get(SCREENER_AT, () => problemResponse(problem))
}

export function leaderboardIs(leaderboard: Leaderboard): HttpHandler {
  return http.get(LEADERBOARD_AT, () => HttpResponse.json(leaderboard))
}

export function leaderboardFailsWith(problem: Problem): HttpHandler {
  return http.get(LEADERBOARD_AT, () => problemResponse(problem))
}

/** Starts and cancels runs for one key, and records the requests. */
export function runsTakeKey(key: string): { handlers: HttpHandler[]; sent: { path: string; body: RunRequestInput | null }[] } {
  const sent: { path: string; body: RunRequestInput | null }[] = []
  const answer = async (request: Request, run: Run): Promise<HttpResponse<Run | Problem>> => {
    if (request.headers.get('x-api-key') !== key) return problemResponse(KEY_IS_WRONG)
    const text = await request.text()
    const body = text === '' ? null : (JSON.parse(text) as RunRequestInput)
    sent.push({ path: new URL(request.url).pathname, body })
    return HttpResponse.json({ ...run, request: { ...run.request, ...body } }, { status: 202 })
  }
  const handlers = [
    http.post(RUNS, ({ request }) => answer(request, { ...RUN, state: 'queued', n_done: 0, n_failed: 0 })),
    http.post('*/api/runs/:id/cancel', ({ request }) => answer(request, { ...RUN, state: 'cancelling' })),
  ]
  return { handlers, sent }
}

export const runHandlers: HttpHandler[] = [runsAre(), screenerIs(SCREENER), leaderboardIs(LEADERBOARD)]
