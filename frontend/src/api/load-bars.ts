import { gateway } from './client'
import type { FileOutcome, LoadBarsData, LoadFileData, LoadReport, RefusedSymbol } from './gen/types.gen'
import { ProblemError, parseProblem } from './problem'

interface Upload {
  file: File
  key: string
}

interface Load extends Upload {
  symbol: string
  query: NonNullable<LoadBarsData['query']>
}

interface FileLoad extends Upload {
  query: NonNullable<LoadFileData['query']>
}

/** What became of each symbol of a file, ascending. */
export interface FileReport {
  reports: LoadReport[]
  refused: RefusedSymbol[]
  /** The parts of the file that were not read. */
  skipped: string[]
  /** Why the rest of the file was not loaded. */
  stopped: string | null
}

export interface UploadObserver {
  signal: AbortSignal
  /** Called with the share of the file that has been sent, from 0 to 1. */
  onSent: (share: number) => void
  /** Called with the number of symbols that are done. */
  onDone: (nSymbols: number) => void
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

function readBody(request: XMLHttpRequest): string {
  const response = new Response(null, { status: request.status, headers: parseHeaders(request) })
  if (!response.ok) throw parseProblem(parseJson(request.responseText), response)
  return request.responseText
}

const BROKEN_OFF = 'The answer broke off. What is not listed may be loaded or not: check the file again to see.'

function readLines(body: string): FileReport {
  const outcomes = body
    .split('\n')
    .map(parseJson)
    .filter((line): line is FileOutcome => typeof line === 'object' && line !== null)
  const end = outcomes.find((outcome) => outcome.end)?.end
  const bySymbol = (one: { symbol: string }, other: { symbol: string }): number => (one.symbol < other.symbol ? -1 : 1)
  return {
    reports: outcomes.flatMap(({ report }) => report ?? []).sort(bySymbol),
    refused: outcomes.flatMap(({ refused }) => refused ?? []).sort(bySymbol),
    skipped: end?.skipped ?? [],
    stopped: end === undefined || end === null ? BROKEN_OFF : (end.stopped ?? null),
  }
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

function upload(url: string, { file, key }: Upload, observer: UploadObserver): Promise<XMLHttpRequest> {
  const { signal, onSent, onDone } = observer
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', url)
    request.setRequestHeader('Content-Type', guessMediaType(file))
    request.setRequestHeader('X-API-Key', key)
    request.upload.onprogress = ({ loaded, total }) => onSent(total === 0 ? 1 : loaded / total)
    request.upload.onload = () => onSent(1)
    request.onprogress = () => onDone(request.responseText.split('\n').length - 1)
    request.onload = () => resolve(request)
    request.onerror = () => void explainFailure(file).then(reject)
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

/** Uploads the bars of one symbol with XMLHttpRequest, because `fetch` does not report upload progress. */
export async function loadBars(load: Load, observer: UploadObserver): Promise<LoadReport> {
  const { symbol, query } = load
  const address: Pick<LoadBarsData, 'url' | 'path' | 'query'> = { url: '/api/stocks/{symbol}/bars', path: { symbol }, query }
  return JSON.parse(readBody(await upload(gateway.buildUrl(address), load, observer))) as LoadReport
}

/** Uploads the bars of every symbol that the file names. */
export async function loadFile(load: FileLoad, observer: UploadObserver): Promise<FileReport> {
  const address: Pick<LoadFileData, 'url' | 'query'> = { url: '/api/bars', query: load.query }
  return readLines(readBody(await upload(gateway.buildUrl(address), load, observer)))
}
