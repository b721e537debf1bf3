import { gateway } from './client'
import type { LoadBarsData, LoadReport } from './gen/types.gen'
import { ProblemError, problemFrom } from './problem'

export interface Load {
  file: File
  symbol: string
  key: string
  query: NonNullable<LoadBarsData['query']>
}

interface Watch {
  signal: AbortSignal
  /** Called with the share of the file that has been sent; 1 is all of it. */
  onSent: (share: number) => void
}

const CSV = 'text/csv'
const JSON_ROWS = 'application/json'
const PARQUET = 'application/vnd.apache.parquet'
const ARROW = 'application/vnd.apache.arrow.stream'
const TO_BE_RECOGNISED = 'application/octet-stream'
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

function mediaTypeOf({ name }: File): string {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return MEDIA_TYPES[extension] ?? TO_BE_RECOGNISED
}

function addressOf({ symbol, query }: Load): string {
  const address: Pick<LoadBarsData, 'url' | 'path' | 'query'> = { url: '/api/stocks/{symbol}/bars', path: { symbol }, query }
  return gateway.buildUrl(address)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function headersOf(request: XMLHttpRequest): Headers {
  const lines = request.getAllResponseHeaders().trim().split(/[\r\n]+/)
  const pairs = lines.filter((line) => line.includes(':')).map((line): [string, string] => {
    const end = line.indexOf(':')
    return [line.slice(0, end), line.slice(end + 1)]
  })
  return new Headers(pairs)
}

function readAnswer(request: XMLHttpRequest): LoadReport {
  const body = parsed(request.responseText)
  const response = new Response(null, { status: request.status, headers: headersOf(request) })
  if (!response.ok || typeof body !== 'object') throw problemFrom(body, response)
  return body as LoadReport
}

const FILE_IS_GONE = new ProblemError({
  type: 'about:file-gone',
  title: 'The file cannot be read any more',
  status: 0,
  detail: 'It was changed, moved or deleted after you chose it. Choose it again.',
  retryable: false,
  requestId: null,
  retryAfterSeconds: null,
  errors: [],
})

/** The browser says only that it failed: whether the file or the connection was at fault shows when the file is read. */
async function failureOf(file: File): Promise<ProblemError> {
  try {
    await file.slice(0, 1).arrayBuffer()
    return problemFrom(undefined, undefined)
  } catch {
    return FILE_IS_GONE
  }
}

function sent(load: Load, { signal, onSent }: Watch): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', addressOf(load))
    request.setRequestHeader('Content-Type', mediaTypeOf(load.file))
    request.setRequestHeader('X-API-Key', load.key)
    request.upload.onprogress = ({ loaded, total }) => {
      onSent(total === 0 ? 1 : loaded / total)
    }
    request.upload.onload = () => {
      onSent(1)
    }
    request.onload = () => {
      resolve(request)
    }
    request.onerror = () => void failureOf(load.file).then(reject)
    request.onabort = () => {
      reject(new DOMException('The upload was stopped.', 'AbortError'))
    }
    signal.addEventListener('abort', () => {
      request.abort()
    })
    request.send(load.file)
  })
}

/** Sends a file of bars; with XMLHttpRequest, because `fetch` does not tell how much has been sent. */
export async function loadBars(load: Load, watch: Watch): Promise<LoadReport> {
  return readAnswer(await sent(load, watch))
}
