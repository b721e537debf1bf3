import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { server } from '@/testing/server'
import { rememberAccessKey } from './access-key'
import { startEarlyRequests } from './early-requests'
import { getBars } from './get-bars'
import { getForecast } from './get-forecast'
import { getResult } from './get-result'
import { getStock } from './get-stock'

const VIEW = { model: 'ridge', horizon: 3, level: 90, asOf: '2012-04-20', isAdjusted: true } as const
let requested: string[] = []

function record({ request }: { request: Request }): void {
  requested.push(request.url)
}

beforeEach(() => {
  requested = []
  server.events.on('request:start', record)
})
afterEach(() => {
  server.events.removeListener('request:start', record)
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

test('early requests are exactly those of the page, each sent once', async () => {
  startEarlyRequests('^GSPC', VIEW)
  await readAll('^GSPC')
  expect(requested).toHaveLength(4)
  await readAll('^GSPC')
  expect(requested).toHaveLength(8)
  expect(new Set(requested).size).toBe(4)
})

test('with an access key, no request is sent without it', async () => {
  rememberAccessKey('a key')
  startEarlyRequests('AAPL', VIEW)
  await readAll('AAPL')
  expect(requested).toHaveLength(4)
})
