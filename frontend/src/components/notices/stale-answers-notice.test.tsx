import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { getStock } from '@/api/get-stock'
import { StaleAnswersNotice } from './stale-answers-notice'

const NOTICE = /The database is not answering/

let isDown = false
const requested: string[] = []

function answer(request: Request): Response {
  const { pathname } = new URL(request.url)
  requested.push(pathname)
  if (pathname === '/api/health')
    return Response.json({ status: isDown ? 'down' : 'ok', checks: {}, stale: isDown }, { status: isDown ? 503 : 200 })
  const headers: HeadersInit = isDown ? { Warning: '110 - "Response is Stale"' } : {}
  return Response.json({ symbol: 'AAPL' }, { headers })
}

function Page() {
  useQuery(getStock('AAPL'))
  return <StaleAnswersNotice />
}

async function pass(seconds: number): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(seconds * 1000))
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', (request: Request) => Promise.resolve(answer(request)))
  requested.length = 0
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a stale answer is announced until the database is back, and then everything is refreshed', async () => {
  isDown = true
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Page />
    </QueryClientProvider>,
  )
  expect(screen.queryByText(NOTICE)).toBeNull()
  await pass(0.1)
  expect(screen.queryByText(NOTICE)).not.toBeNull()
  await pass(11)
  expect(requested).toEqual(['/api/stocks/AAPL', '/api/health', '/api/health'])
  isDown = false
  await pass(5)
  expect(screen.queryByText(NOTICE)).toBeNull()
  expect(requested.slice(3)).toEqual(['/api/health', '/api/stocks/AAPL'])
  await pass(60)
  expect(requested).toHaveLength(5)
})
