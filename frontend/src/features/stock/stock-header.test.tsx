import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { barsAre, barsFailWith, PROBLEMS, stockIs } from '@/testing/handlers'
import { renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { AAPL_BARS, AAPL_STOCK } from '@/testing/stocks'

const banner = async () => (await screen.findByRole('heading', { level: 2, name: 'AAPL' })).closest('header')

test('the header shows the stock, its last close and the change since the previous close', async () => {
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText('509.00', { selector: 'header strong' })).toBeVisible()
  expect(await banner()).toHaveTextContent(
    /^AAPLApple Inc.close of 2 Apr 2011 509.00 \+1.00 \(\+0.20 %\) since previous close1 data problem$/,
  )
})

test.each([
  [0, null],
  [null, null],
  [1, '1 session behind'],
  [3, '3 sessions behind'],
  [3451, '3,451 sessions behind'],
])('with %s sessions missing at the end, the header says %s', async (sessions_behind, text) => {
  server.use(stockIs({ ...AAPL_STOCK, sessions_behind }))
  renderPage('/?symbol=AAPL')
  await screen.findByText('1 data problem')
  expect(screen.queryByText(/behind$/)?.textContent ?? null).toBe(text)
})

test('an adjusted close is labelled as such', async () => {
  renderPage('/?symbol=AAPL&adjusted=true')
  expect(await screen.findByText('adjusted close of')).toBeVisible()
})

test('a price stands with its own date, and newer bars without an adjusted close are mentioned', async () => {
  const bars = AAPL_BARS.bars.map((bar, i) => (i > 200 ? { ...bar, close: null } : bar))
  server.use(barsAre({ ...AAPL_BARS, bars }))
  renderPage('/?symbol=AAPL&adjusted=true')
  await screen.findByText('460.00', { selector: 'header strong' })
  expect(await banner()).toHaveTextContent('adjusted close of 12 Feb 2011 460.00')
  expect(await banner()).toHaveTextContent('Newer bars, to 2 Apr 2011, have no adjusted close.')
})

test('a change over missing sessions says since when', async () => {
  const bars = AAPL_BARS.bars.map((bar, i) => (i === 249 ? { ...bar, session: '2018-02-07' } : bar))
  server.use(barsAre({ ...AAPL_BARS, bars }))
  renderPage('/?symbol=AAPL')
  await screen.findByText('509.00', { selector: 'header strong' })
  expect(await banner()).toHaveTextContent('+1.00 (+0.20 %) since 1 Apr 2011, with no bars between')
})

test('a change over one missing session says since when, too', async () => {
  const missing = { code: 'missing_sessions', detail: '1 session has no bar.', count: 1, sessions: ['2011-04-01'] }
  server.use(stockIs({ ...AAPL_STOCK, findings: [missing] }))
  server.use(barsAre({ ...AAPL_BARS, bars: AAPL_BARS.bars.filter(({ session }) => session !== '2011-04-01') }))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText('since 31 Mar 2011, with no bars between')).toBeVisible()
})

test('a change that is a jump as in a split says so', async () => {
  const jump = { code: 'split_like_jump', detail: 'A jump.', count: 1, sessions: ['2011-04-02'] }
  server.use(stockIs({ ...AAPL_STOCK, findings: [jump] }))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText('since previous close, a jump as in a split')).toBeVisible()
})

test.each([
  ['adjusted_jump', 'Adjusted prices jump once.', 'since previous close, a jump as in a split', 1],
  ['split_like_jump', 'Adjusted prices jump there, too.', 'since previous close, a jump as in a split', 1],
  ['split_like_jump', 'Use adjusted prices (adjusted=true).', 'since previous close', 0],
])('of adjusted prices, a finding %s (%s) is told as what it is', async (code, detail, since, nProblems) => {
  server.use(stockIs({ ...AAPL_STOCK, findings: [{ code, detail, count: 1, sessions: ['2011-04-02'] }] }))
  renderPage('/?symbol=AAPL&adjusted=true')
  expect(await screen.findByText(since)).toBeVisible()
  expect(screen.queryAllByText('1 data problem')).toHaveLength(nProblems)
})

test('a bar without a close is skipped, and a single close has no change', async () => {
  const bars = AAPL_BARS.bars.slice(-2).map((bar, i) => (i === 0 ? bar : { ...bar, close: null }))
  server.use(barsAre({ ...AAPL_BARS, bars }))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText('508.00', { selector: 'header strong' })).toBeVisible()
  expect(await banner()).not.toHaveTextContent('since previous close')
})

test('bars without any close have an empty state', async () => {
  server.use(barsAre({ ...AAPL_BARS, bars: [] }))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText('No close.')).toBeVisible()
})

test('a close that cannot be loaded leaves the rest in place', async () => {
  server.use(barsFailWith(PROBLEMS.tooFewBars))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText('Last close unknown.')).toBeVisible()
  expect(await screen.findByText('64 %')).toBeVisible()
})
