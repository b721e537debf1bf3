import { screen, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw/http'
import { expect, test } from 'vitest'
import { gatewayIsDown, handlers, symbolsAre } from '@/testing/handlers'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { MANY_SYMBOLS } from '@/testing/many-symbols'
import './empty-store' // so that no test waits for it to compile
import { rememberSymbol } from './recent-symbols'

const stocks = () => screen.findByRole('region', { name: 'Choose a stock' })

test('the home page shows an introduction and the details of each stock', async () => {
  const apple = { symbol: 'AAPL', name: 'Apple Inc.', first_session: '2000-03-01', last_session: '2013-03-01', bars: 3270 }
  const uncounted = { symbol: 'NEW', name: null, first_session: null, last_session: null, bars: null }
  const young = { symbol: 'YOUNG', name: null, first_session: '2013-03-01', last_session: '2013-03-01', bars: 1 }
  server.use(http.get('*/api/stocks', () => HttpResponse.json({ stocks: [apple, uncounted, young], next_cursor: null })))
  const { user } = renderPage()
  expect(await screen.findByText(/how wrong they have been, and whether they beat assuming no change/)).toBeVisible()
  const [first, second, third] = within(await stocks()).getAllByRole('listitem')
  expect(first).toHaveTextContent('AAPLApple Inc.3,270 barsLast session 1 Mar 2013')
  expect(second).toHaveTextContent('NEWName unknownBars not counted yetLast session unknown')
  expect(third).toHaveTextContent('YOUNGName unknown1 barLast session 1 Mar 2013')
  expect(screen.queryByRole('button', { name: 'Show more' })).not.toBeInTheDocument()
  await user.click(screen.getByRole('link', { name: 'AAPL' }))
  expect(address()).toBe('/?symbol=AAPL')
})

test('ten thousand stocks are shown twenty at a time', async () => {
  server.use(...symbolsAre(MANY_SYMBOLS))
  const { user } = renderPage()
  expect(within(await stocks()).getAllByRole('listitem')).toHaveLength(20)
  await user.click(screen.getByRole('button', { name: 'Show more' }))
  expect(await screen.findByRole('link', { name: 'ACPN' })).toBeVisible()
  expect(within(await stocks()).getAllByRole('listitem')).toHaveLength(40)
})

test.each([
  [['AAPL'], 'Showing 1 stock.'],
  [['AAPL', 'IBM'], 'Showing all 2 stocks.'],
])('of %s, the number is told', async (symbols, sentence) => {
  server.use(...symbolsAre(symbols))
  renderPage()
  expect(await screen.findByText(sentence)).toHaveAttribute('role', 'status')
})

test('recent symbols come first and can be cleared', async () => {
  rememberSymbol({ symbol: 'MSFT', name: 'Microsoft Corp.' })
  const { user } = renderPage()
  const recent = await screen.findByRole('navigation', { name: 'Recent' })
  expect(within(recent).getByRole('link', { name: 'MSFT' })).toHaveAttribute('href', '/?symbol=MSFT')
  await user.click(within(recent).getByRole('button', { name: 'Clear' }))
  expect(recent).not.toBeInTheDocument()
})

test('an empty store shows how to load bars', async () => {
  server.use(...symbolsAre([]))
  renderPage()
  const empty = within(await screen.findByRole('region', { name: 'No stocks yet' }))
  expect(empty.getByText(/Drop a CSV or Parquet file onto this page/)).toHaveTextContent('Load bars')
  expect(empty.getByText('make load FILE=prices.csv')).toBeVisible()
  expect(empty.getByText('MONGO_URL')).toBeVisible()
})

test('an unreachable gateway is reported and can be retried', async () => {
  server.use(...gatewayIsDown())
  const { user } = renderPage()
  expect(await screen.findByRole('alert')).toHaveTextContent('The gateway cannot be reached')
  server.resetHandlers(...handlers)
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await stocks()).toBeVisible()
})

test('a failed page of stocks leaves the loaded ones in place', async () => {
  server.use(
    http.get('*/api/stocks', ({ request }) =>
      request.url.includes('cursor')
        ? HttpResponse.error()
        : HttpResponse.json({ stocks: [{ symbol: 'AAPL', name: null }], next_cursor: '1' }),
    ),
  )
  const { user } = renderPage()
  await user.click(await screen.findByRole('button', { name: 'Show more' }))
  expect(await screen.findByRole('alert')).toHaveTextContent('The gateway cannot be reached')
  expect(screen.getByRole('link', { name: 'AAPL' })).toBeVisible()
})
