import type { InvalidField } from './gen/types.gen'

interface Fields {
  type: string
  title: string
  status: number
  detail: string
  retryable: boolean
  requestId: string | null
  retryAfterSeconds: number | null
  errors: readonly InvalidField[]
}

export class ProblemError extends Error implements Fields {
  override readonly name = 'ProblemError'
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly retryable: boolean
  readonly requestId: string | null
  readonly retryAfterSeconds: number | null
  readonly errors: readonly InvalidField[]

  constructor(fields: Fields) {
    super(`${fields.title}: ${fields.detail}`)
    this.type = fields.type
    this.title = fields.title
    this.status = fields.status
    this.detail = fields.detail
    this.retryable = fields.retryable
    this.requestId = fields.requestId
    this.retryAfterSeconds = fields.retryAfterSeconds
    this.errors = fields.errors
  }

  get isUnreachable(): boolean {
    return this.type === UNREACHABLE
  }
}

const UNREACHABLE = 'about:unreachable'
const NOT_FOUND = 404
const RETRYABLE_STATUS = new Set([429, 502, 503, 504])

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function readRetryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
}

function isInvalidField(value: unknown): value is InvalidField {
  return isObject(value) && typeof value.pointer === 'string' && typeof value.detail === 'string'
}

function describeUnreachable(): ProblemError {
  return new ProblemError({
    type: UNREACHABLE,
    title: navigator.onLine ? 'The gateway cannot be reached' : 'This device is offline',
    status: 0,
    detail: navigator.onLine
      ? 'No response. Bellwether may have stopped.'
      : 'Requests resume when it is back online.',
    retryable: true,
    requestId: null,
    retryAfterSeconds: null,
    errors: [],
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function parseBody(body: unknown, response: Response): ProblemError {
  const fields: Record<string, unknown> = isObject(body) ? body : {}
  const { status } = response
  return new ProblemError({
    type: textOrNull(fields.type) ?? 'about:blank',
    title: textOrNull(fields.title) ?? 'The gateway returned an invalid response',
    status,
    detail: textOrNull(fields.detail) ?? `The response had status ${String(status)} and no explanation.`,
    retryable: typeof fields.retryable === 'boolean' ? fields.retryable : RETRYABLE_STATUS.has(status),
    requestId: textOrNull(fields.request_id) ?? response.headers.get('x-request-id'),
    retryAfterSeconds: readRetryAfter(response),
    errors: Array.isArray(fields.errors) ? fields.errors.filter(isInvalidField) : [],
  })
}

export function parseProblem(error: unknown, response: Response | undefined): ProblemError {
  if (error instanceof ProblemError) return error
  const connectionBroke = response === undefined || error instanceof TypeError
  return connectionBroke ? describeUnreachable() : parseBody(error, response)
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ProblemError && error.status === NOT_FOUND
}

export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  return new ProblemError({
    type: 'about:blank',
    title: 'The page could not show this',
    status: 0,
    detail: error instanceof Error ? error.message : 'Unexpected error on the page.',
    retryable: true,
    requestId: null,
    retryAfterSeconds: null,
    errors: [],
  })
}
