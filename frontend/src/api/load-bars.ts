import { gateway } from './client'
import type { LoadBarsData, LoadReport } from './gen/types.gen'
import { ProblemError, parseProblem } from './problem'

export interface Load {
  file: File
  symbol: string
  key: string
  query: NonNullable<LoadBarsData['query']>
}

interface UploadObserver {
  signal: AbortSignal
  /** Called with the share of the file that has been sent, from 0 to 1. */
  onSent: (share: number) => void
}

const CSV = 'text/csv'
const JSON_ROWS = 'application/json'
const PARQUET = 'application/vnd.apache.parquet'
const ARROW = 'application/vnd.apache.arrow.stream'
const UNKNOWN_TYPE = 'application/octet-stream'
const MEDIA_TYPES: Record<string, string> = {
  csv: CSV,
  tsv: CSV,
  txt: CSV,
  json: JSON_ROWS,
  jsonl: JSON_ROWS,
  ndjson: JSON_ROWS,
  parquet: PARQUET,
  pq: PARQUET,
  arrow: ARROW,
  feather: ARROW,
}

function guessMediaType({ name }: File): string {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return MEDIA_TYPES[extension] ?? UNKNOWN_TYPE
}

function buildUrl({ symbol, query }: Load): string {
  const address: Pick<LoadBarsData, 'url' | 'path' | 'query'> = { url: '/api/stocks/{symbol}/bars', path: { symbol }, query }
  return gateway.buildUrl(address)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function parseHeaders(request: XMLHttpRequest): Headers {
  const lines = request.getAllResponseHeaders().trim().split(/[\r\n]+/)
  const pairs = lines.filter((line) => line.includes(':')).map((line): [string, string] => {
    const end = line.indexOf(':')
    return [line.slice(0, end), line.slice(end + 1)]
  })
  return new Headers(pairs)
}

function readReport(request: XMLHttpRequest): LoadReport {
  const body = parseJson(request.responseText)
  const response = new Response(null, { status: request.status, headers: parseHeaders(request) })
  if (!response.ok || typeof body !== 'object') throw parseProblem(body, response)
  return body as LoadReport
}

const SERVER_ERROR = 500

/** Whether an upload ended without an answer of the store, which may have loaded it; null if it was stopped. */
export function isUnanswered(problem: ProblemError | null): boolean {
  return problem === null || problem.isUnreachable || problem.status >= SERVER_ERROR
}

const FILE_IS_GONE = new ProblemError({
  type: 'about:file-gone',
  title: 'The file can no longer be read',
  status: 0,
  detail: 'It was changed, moved or deleted after you chose it. Choose it again.',
  retryable: false,
  requestId: null,
  retryAfterSeconds: null,
  errors: [],
})

/** The browser reports only that the upload failed; reading the file shows whether the file is at fault. */
async function explainFailure(file: File): Promise<ProblemError> {
  try {
    await file.slice(0, 1).arrayBuffer()
    return parseProblem(undefined, undefined)
  } catch {
    return FILE_IS_GONE
  }
}

function upload(load: Load, { signal, onSent }: UploadObserver): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', buildUrl(load))
    request.setRequestHeader('Content-Type', guessMediaType(load.file))
    request.setRequestHeader('X-API-Key', load.key)
    request.upload.onprogress = ({ loaded, total }) => onSent(total === 0 ? 1 : loaded / total)
    request.upload.onload = () => onSent(1)
    request.onload = () => resolve(request)
    request.onerror = () => void explainFailure(load.file).then(reject)
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.send(load.file)
  })
}

/** Uploads a file of bars with XMLHttpRequest, because `fetch` does not report upload progress. */
export async function loadBars(load: Load, observer: UploadObserver): Promise<LoadReport> {
  return readReport(await upload(load, observer))
}
