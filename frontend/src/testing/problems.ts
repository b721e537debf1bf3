import { HttpResponse } from 'msw/http'
import type { Problem } from '@/api/gen/types.gen'

export const REQUEST_ID = '5f2b7c0e9d1a4b3c8e6f7a8b9c0d1e2f'

export function problemResponse(problem: Problem, retryAfter?: number): HttpResponse<Problem> {
  const headers = {
    'content-type': 'application/problem+json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  }
  return HttpResponse.json(problem, { status: problem.status, headers })
}
