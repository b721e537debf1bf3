import { http, HttpResponse, type HttpHandler } from 'msw/http'
import type { LoadReport, Problem } from '@/api/gen/types.gen'
import type { FileReport } from '@/api/load-bars'
import { PROBLEMS } from './handlers'
import { problemResponse, REQUEST_ID } from './problems'

const BARS = /\/api\/(?:stocks\/([^/]+)\/)?bars$/ // of one symbol, or of all that the file names
const REASONS = ['The high is below the open, low or close.', 'The date is missing or cannot be read.'] as const

export const KEY_IS_UNKNOWN: Problem = {
  type: '/problems/not-authorised',
  title: 'An API key is needed',
  status: 401,
  detail: 'Check the API key: it is not valid here. It may be mistyped or withdrawn.',
  instance: '/api/stocks/NEWCO/bars',
  request_id: REQUEST_ID,
  retryable: false,
}

export const FILE_IS_UNREADABLE: Problem = {
  ...KEY_IS_UNKNOWN,
  type: '/problems/unreadable-file',
  title: 'The file cannot be read',
  status: 422,
  detail: "Missing column: close. Found: '<script>alert(1)</script>'.",
  errors: [{ pointer: '/query/name', detail: 'It is <b>too long</b>.' }],
}

export const IS_TOO_LARGE: Problem = {
  ...KEY_IS_UNKNOWN,
  type: '/problems/payload-too-large',
  title: 'The body is too large',
  status: 413,
  detail: 'The body must not exceed 33,554,432 bytes.',
}

export const STORE_IS_DOWN: Problem = { ...PROBLEMS.busy, title: 'The store is not available', detail: 'It does not answer.' }

/** 5 new bars, 2 corrections, 1 unchanged bar, and 120 rows rejected for two reasons, the first 100 of which are listed. */
export const REPORT: LoadReport = {
  symbol: 'NEWCO',
  mode: 'upsert',
  dry_run: true,
  inserted: 5,
  updated: 2,
  unchanged: 1,
  removed: 0,
  rejected: Array.from({ length: 100 }, (_, i) => ({
    row: i + 1,
    code: i % 3 === 0 ? 'no_session' : 'high_too_low',
    detail: i % 3 === 0 ? REASONS[1] : REASONS[0],
    session: i % 3 === 0 ? null : '2013-03-01',
  })),
  n_rejected: 120,
  rejected_by_code: [
    { code: 'high_too_low', detail: REASONS[0], count: 80 },
    { code: 'no_session', detail: REASONS[1], count: 40 },
  ],
  findings: [
    { code: 'missing_sessions', detail: '12 sessions of XNYS have no bar.', count: 12, sessions: ['2013-02-27', '2013-02-28'] },
  ],
  n_bars: 8,
  revision: 'a1b2c3d4',
}

interface SentLoad {
  symbol: string
  query: Record<string, string>
  key: string | null
  contentType: string | null
  body: string
}

/** Answers loads with `report`, of the symbol that is asked for, and records the requests. */
export function loadsAre(report: LoadReport): { handler: HttpHandler; sent: SentLoad[] } {
  const sent: SentLoad[] = []
  const handler = http.put(BARS, async ({ request }) => {
    const { pathname, searchParams } = new URL(request.url)
    const { symbol: ofNameless, ...query } = Object.fromEntries(searchParams)
    const only = BARS.exec(pathname)?.[1]
    const { headers } = request
    const body = await request.text()
    const symbol = only ?? ofNameless ?? report.symbol
    sent.push({ symbol, query, key: headers.get('x-api-key'), contentType: headers.get('content-type'), body })
    const own = { ...report, symbol, dry_run: query.dry_run === 'true' }
    return only === undefined ? respondInLines({ reports: [own], refused: [], skipped: [], stopped: null }) : HttpResponse.json(own)
  })
  return { handler, sent }
}

function respondInLines({ reports, refused, skipped, stopped }: FileReport): HttpResponse<string> {
  const none = { report: null, refused: null, end: null }
  const outcomes = [
    ...reports.map((report) => ({ ...none, report })).reverse(),
    ...refused.map((each) => ({ ...none, refused: each })),
    { ...none, end: { skipped, stopped } },
  ]
  return HttpResponse.text(outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''))
}

/** Answers loads of all symbols of a file, and records the queries. */
export function fileLoadsAre(report: FileReport): { handler: HttpHandler; queries: Record<string, string>[] } {
  const queries: Record<string, string>[] = []
  const handler = http.put('*/api/bars', ({ request }) => {
    queries.push(Object.fromEntries(new URL(request.url).searchParams))
    return respondInLines(report)
  })
  return { handler, queries }
}

export function loadsFailWith(problem: Problem): HttpHandler {
  return http.put(BARS, () => problemResponse(problem))
}
