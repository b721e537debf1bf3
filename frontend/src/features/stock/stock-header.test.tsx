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

test('the header shows the stock, its last close and the change since the previous close', async () => {
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText('509.00', { selector: 'header strong' })).toBeVisible()
  expect(await banner()).toHaveTextContent(
    /^AAPLApple Inc.last close 509.00 \+1.00 \(\+0.20 %\) since previous closelast bar 2 Apr 2011$/,
  )
})

test.each([
  ['2011-04-12', null],
  ['2011-04-13', '11 days'],
  ['2013-03-31', '729 days'],
  ['2013-04-03', '2 years'],
  ['2026-11-25', '15 years'],
])('on %s the age of the last bar is %s', async (today, age) => {
  vi.setSystemTime(today)
  renderPage('/?symbol=AAPL')
  await screen.findByText('2 Apr 2011', { selector: 'header time' })
  const shown = screen.queryByText(/^The last bar is/)?.textContent ?? null
  expect(shown).toBe(age === null ? null : `The last bar is ${age} old: the forecast dates have already passed.`)
})

test('an adjusted close is labelled as such', async () => {
  renderPage('/?symbol=AAPL&adjusted=true')
  expect(await screen.findByText('adjusted close')).toBeVisible()
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
