import { screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { barsAre, barsFailWith, PROBLEMS } from '@/testing/handlers'
import { renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { AAPL_BARS } from '@/testing/stocks'

const banner = async () => (await screen.findByRole('heading', { level: 2, name: 'AAPL' })).closest('header')

beforeEach(() => {
  vi.setSystemTime('2011-04-05T12:00:00Z')
})

afterEach(() => {
  vi.useRealTimers()
})

test('the header names the stock, its last close and the change since the session before', async () => {
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText('509.00', { selector: 'header strong' })).toBeVisible()
  expect(await banner()).toHaveTextContent(
    /^AAPLApple Inc.last close 509.00 \+1.00 \(\+0.20 %\) since the session beforelast bar of 2 Apr 2011$/,
  )
})

test.each([
  ['2011-04-12', null],
  ['2011-04-13', '11 days'],
  ['2013-03-31', '729 days'],
  ['2013-04-03', '2 years'],
  ['2026-11-25', '15 years'],
])('on %s the age of the last bar is said as %s', async (today, age) => {
  vi.setSystemTime(today)
  renderPage('/?symbol=AAPL')
  await screen.findByText('2 Apr 2011', { selector: 'header time' })
  const said = screen.queryByText(/^The last bar is/)?.textContent ?? null
  expect(said).toBe(age === null ? null : `The last bar is ${age} old: what is forecast from it is past.`)
})

test('the close is called adjusted when it is', async () => {
  renderPage('/?symbol=AAPL&adjusted=true')
  expect(await screen.findByText('adjusted close')).toBeVisible()
})

test('a bar without a close is passed over, and one close has no change', async () => {
  const bars = AAPL_BARS.bars.slice(-2).map((bar, i) => (i === 0 ? bar : { ...bar, close: null }))
  server.use(barsAre({ ...AAPL_BARS, bars }))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText('508.00', { selector: 'header strong' })).toBeVisible()
  expect(await banner()).not.toHaveTextContent('since the session before')
})

test('bars without any close are said to be so', async () => {
  server.use(barsAre({ ...AAPL_BARS, bars: [] }))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText('There is no close.')).toBeVisible()
})

test('a close that cannot be had leaves the rest readable', async () => {
  server.use(barsFailWith(PROBLEMS.tooFewBars))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText('The last close is not known.')).toBeVisible()
  expect(await screen.findByText('64 %')).toBeVisible()
})
