import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { AAPL_FORECAST } from './testing/forecasts'
import { forecastFailsWith, forecastIs, PROBLEMS } from './testing/handlers'
import { renderPage } from './testing/render'
import { server } from './testing/server'

const panel = () => screen.findByRole('region', { name: 'Looking ahead: the close of the next sessions' })

test('the forecast says first whether it beats doing nothing, and then each session with its interval', async () => {
  renderPage('/?symbol=AAPL')
  const forecast = within(await panel())
  expect(await forecast.findByText(/^No better than assuming that the close in 2 sessions/)).toBeVisible()
  const table = within(forecast.getByRole('table', { name: /intervals that are to hold 90 % of them/ }))
  const rows = table.getAllByRole('row').map((row) => row.textContent)
  expect(rows).toEqual([
    'SessionLowerForecastUpperMean error so far',
    '4 Mar 2013415.47430.47445.478.22',
    '5 Mar 2013409.26430.47451.688.22',
  ])
  expect(forecast.getByText(/held 90 % to 91 % of those/)).toBeVisible()
  expect(forecast.getByText('Prices jump as at a split, once.')).toBeVisible()
})

test('a forecast of sessions that are over says so, one of sessions to come does not', async () => {
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText(/^The last bar is of 1 Mar 2013: these sessions are over/)).toBeVisible()
})

test('sessions to come are not called over', async () => {
  const steps = AAPL_FORECAST.steps.map((step) => ({ ...step, session: '2999-01-04' })).slice(0, 1)
  server.use(forecastIs({ ...AAPL_FORECAST, steps }))
  renderPage('/?symbol=AAPL')
  await screen.findByText(/^No better than assuming that the close/)
  expect(screen.queryByText(/sessions are over/)).not.toBeInTheDocument()
})

test('the record of every model is one click away', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByText('Which model beats doing nothing?'))
  const table = within(screen.getByRole('table', { name: /^Skill 2 sessions ahead/ }))
  expect(table.getByRole('row', { name: 'ridge −0.02 −0.08 to +0.05' })).toBeVisible()
  expect(table.getByRole('row', { name: 'persistence 0.00 –' })).toBeVisible()
})

test('too few bars for a forecast leave the result readable', async () => {
  server.use(forecastFailsWith(PROBLEMS.tooFewBars))
  renderPage('/?symbol=NEW')
  expect(await screen.findByRole('alert')).toHaveTextContent('at least 134 are needed')
  expect(screen.getByRole('heading', { level: 2, name: 'NEW' })).toBeVisible()
})

test('a busy service is asked again when the reader wants it', async () => {
  server.use(forecastFailsWith(PROBLEMS.busy, { once: true }))
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByRole('button', { name: 'Try again' }))
  expect(await screen.findByText(/^No better than assuming that the close/)).toBeVisible()
})
