import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { server } from '@/testing/server'
import { rememberAccessKey } from './access-key'
import { startEarlyRequests } from './early-requests'
import { getBars } from './get-bars'
import { getForecast } from './get-forecast'
import { getResult } from './get-result'
import { getStock } from './get-stock'

const VIEW = { model: 'ridge', horizon: 3, level: 90, isAdjusted: true } as const
let asked: string[] = []

function note({ request }: { request: Request }): void {
  asked.push(request.url)
}

beforeEach(() => {
  asked = []
  server.events.on('request:start', note)
})
afterEach(() => {
  server.events.removeListener('request:start', note)
  sessionStorage.clear()
})

async function readAll(symbol: string): Promise<void> {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  await Promise.allSettled([
    queries.query(getStock(symbol)),
    queries.query(getBars(symbol, VIEW.isAdjusted)),
    queries.query(getResult({ symbol, ...VIEW })),
    queries.query(getForecast({ symbol, ...VIEW })),
  ])
}

test('what was asked ahead is just what the page asks for, and is asked once', async () => {
  startEarlyRequests('^GSPC', VIEW)
  await readAll('^GSPC')
  expect(asked).toHaveLength(4)
  await readAll('^GSPC')
  expect(asked).toHaveLength(8)
  expect(new Set(asked).size).toBe(4)
})

test('with an access key nothing is asked without it', async () => {
  rememberAccessKey('a key')
  startEarlyRequests('AAPL', VIEW)
  await readAll('AAPL')
  expect(asked).toHaveLength(4)
})
