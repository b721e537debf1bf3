import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw/http'
import { expect, test } from 'vitest'
import { barsAre, barsFailWith, forecastFailsWith, PROBLEMS, resultFailsWith } from '@/testing/handlers'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { AAPL_BARS, AAPL_STOCK } from '@/testing/stocks'

const panel = () => screen.findByRole('region', { name: 'Price and prediction' })
const readout = () => screen.findByRole('group', { name: 'Session values' })
const slider = () => screen.findByRole('slider', { name: 'Session' })
const chart = () => screen.findByRole('img', { name: /Candlestick chart of AAPL/ })

async function moveTo(index: number): Promise<void> {
  fireEvent.change(await slider(), { target: { value: index } })
}

test('without a crosshair, the values of the last session are shown', async () => {
  renderPage('/?symbol=AAPL')
  await waitFor(async () => {
    expect(await readout()).toHaveTextContent('Predicted511.00')
  })
  expect(await readout()).toHaveTextContent(
    '2 Apr 2011Open508.00High511.00Low506.00Close509.00Change+1.00 (+0.20 %)Volume1,249' +
      'Predicted511.00Error+2.0090 % interval507.00 to 515.00',
  )
})

test('the crosshair moves by session, also into future sessions', async () => {
  renderPage('/?symbol=AAPL')
  await chart()
  await waitFor(async () => {
    expect(await slider()).toHaveAttribute('max', '251')
  })

  await moveTo(0)
  expect(await slider()).toHaveAttribute(
    'aria-valuetext',
    '27 Jul 2010: Open 259.00, High 262.00, Low 257.00, Close 260.00, Change –, Volume 1,000, ' +
      'Predicted 262.00, Error +2.00, 90 % interval 258.00 to 266.00',
  )
  expect(await readout()).toHaveTextContent('27 Jul 2010Open259.00')

  await moveTo(251)
  expect(await readout()).toHaveTextContent(
    '5 Mar 2013Future sessionForecast430.47No change430.4790 % interval409.26 to 451.68',
  )
})

test('the chart is described in a paragraph', async () => {
  renderPage('/?symbol=AAPL')
  await waitFor(async () => {
    expect(await chart()).toHaveAccessibleDescription(
      '250 sessions from 27 Jul 2010 to 2 Apr 2011: the close went from 260.00 to 509.00, between 260.00 and 509.00. ' +
        'Same-day predictions start on 27 Jul 2010. Their largest error is 2.00, on 27 Jul 2010. ' +
        'The forecast for 5 Mar 2013 is 430.47, with a 90 % interval from 409.26 to 451.68; no change would be 430.47.',
    )
  })
})

test('without predictions the chart is drawn, and the legend shows what is missing', async () => {
  server.use(resultFailsWith(PROBLEMS.tooFewBars), forecastFailsWith(PROBLEMS.busy))
  renderPage('/?symbol=AAPL')
  const legend = await screen.findByRole('list', { name: 'Legend' })
  expect(await within(legend).findByText('Predicted close: missing; see the Same-day prediction panel')).toBeVisible()
  expect(await within(legend).findByText('Forecast: missing; see the Forecast panel')).toBeVisible()
  expect(within(legend).getByText('Volume')).toBeVisible()
  expect(await chart()).toHaveAccessibleDescription(/No same-day predictions. No forecast.$/)
  expect(await readout()).toHaveTextContent('Close509.00')
  expect(within(await panel()).queryByRole('alert')).not.toBeInTheDocument()
})

test('a session without prices has no values but is counted', async () => {
  const bars = AAPL_BARS.bars.map((bar, i) => (i === 249 ? { ...bar, open: null, close: null, volume: null } : bar))
  server.use(barsAre({ ...AAPL_BARS, bars }))
  renderPage('/?symbol=AAPL')
  expect(await chart()).toHaveAccessibleDescription(/^250 sessions/)
  expect(await readout()).toHaveTextContent('2 Apr 2011Open–High511.00Low506.00Close–Change–')
})

test('if the bars cannot be loaded, this panel shows the problem', async () => {
  server.use(barsFailWith(PROBLEMS.busy))
  renderPage('/?symbol=AAPL')
  expect(await within(await panel()).findByRole('alert')).toHaveTextContent('The service is busy')
  expect(screen.getByRole('radio', { name: '6M' })).toBeChecked()
})

test('a symbol without bars has an empty state', async () => {
  server.use(barsAre({ ...AAPL_BARS, bars: [] }))
  renderPage('/?symbol=AAPL')
  expect(await within(await panel()).findByText('No bars to show.')).toBeVisible()
})

test('range, scale and adjustment are in the address', async () => {
  const requested: (string | null)[] = []
  server.use(
    http.get('*/api/stocks/:symbol/bars', ({ request }) => {
      requested.push(new URL(request.url).searchParams.get('adjusted'))
      return HttpResponse.json(AAPL_BARS)
    }),
  )
  const { user } = renderPage('/?symbol=AAPL')
  await chart()
  await user.click(screen.getByRole('radio', { name: '1Y' }))
  await user.click(screen.getByRole('radio', { name: 'Log' }))
  await user.click(screen.getByRole('checkbox', { name: 'Adjusted for splits and dividends' }))
  await chart()
  expect(address()).toBe('/?symbol=AAPL&adjusted=true&range=1y&scale=log')
  expect(requested).toEqual(['false', 'true'])
})

test('without adjusted prices, the choice is disabled and explained', async () => {
  server.use(http.get('*/api/stocks/AAPL', () => HttpResponse.json({ ...AAPL_STOCK, has_adjusted_prices: false })))
  renderPage('/?symbol=AAPL')
  await chart()
  const choice = screen.getByRole('checkbox', { name: 'Adjusted for splits and dividends' })
  expect(choice).toBeDisabled()
  expect(choice).toHaveAccessibleDescription('AAPL has no adjusted prices.')
})

test('the table shows the same numbers: future sessions first, then newest first, a hundred at a time', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  await chart()
  await screen.findByText('No change', { selector: 'li' })
  await user.click(within(await panel()).getByText('Show as a table'))
  const table = await screen.findByRole('table', { name: /^Newest session first/ })
  const lines = within(table).getAllByRole('row').map((row) => row.textContent)
  expect(lines).toHaveLength(1 + 2 + 100)
  expect(lines[1]).toBe('Future sessions, with the forecast')
  expect(lines[2]).toBe('5 Mar 2013–––––430.47409.26451.68–')
  expect(lines[5]).toBe('2 Apr 2011508.00511.00506.00509.001,249511.00507.00515.00+2.00')
  await user.click(within(await panel()).getByRole('button', { name: 'Show more sessions' }))
  expect(within(table).getAllByRole('row')).toHaveLength(1 + 2 + 200)
})
