import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw/http'
import { expect, test } from 'vitest'
import { barsAre, barsFailWith, evaluationFailsWith, evaluationIs, forecastFailsWith, PROBLEMS } from '@/testing/handlers'
import { AAPL_EVALUATION } from '@/testing/evaluations'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { AAPL_BARS, AAPL_STOCK } from '@/testing/stocks'

const panel = () => screen.findByRole('region', { name: 'Price and forecast' })
const readout = () => screen.findByRole('group', { name: 'Session values' })
const slider = () => screen.findByRole('slider', { name: 'Session' })
const chart = () => screen.findByRole('img', { name: /Candlestick chart of AAPL/ })

const windows = AAPL_EVALUATION.windows

/** Five past forecasts for the last five bars, with closes from 505 to 509; the last one misses. */
const TESTED = {
  ...AAPL_EVALUATION,
  windows: {
    ...windows,
    session: AAPL_BARS.bars.slice(-5).map(({ session }) => session),
    actual: [505, 506, 507, 508, 509],
    series: windows.series.map((series) => ({
      ...series,
      lower: [450, 450, 450, 450, 450],
      upper: [508, 508, 508, 508, 508],
    })),
  },
}

async function moveTo(index: number): Promise<void> {
  fireEvent.change(await slider(), { target: { value: index } })
}

test('without a crosshair, the values of the last session are shown', async () => {
  server.use(evaluationIs(TESTED))
  renderPage('/?symbol=AAPL')
  await waitFor(async () => expect(await readout()).toHaveTextContent('5 sessions before'))
  expect(await readout()).toHaveTextContent(
    '2 Apr 2011Open508.00High511.00Low506.00Close509.00Change+1.00 (+0.20 %)Volume1,249' +
      '5 sessions before450.00 to 508.00Closeoutside',
  )
})

test('the forecast is asked at several levels, the chosen one first, and the legend names them', async () => {
  const asked: string[][] = []
  server.use(
    http.get('*/api/stocks/:symbol/forecast', ({ request }) => {
      asked.push(new URL(request.url).searchParams.getAll('level'))
    }),
  )
  renderPage('/?symbol=AAPL')
  const legend = await screen.findByRole('list', { name: 'Legend' })
  expect(await within(legend).findByText('Intervals: 50, 80, 90, 95 %')).toBeVisible()
  expect(asked).toEqual([['90', '50', '80', '95']])
})

test('the crosshair moves by session, also into future sessions', async () => {
  server.use(evaluationIs(TESTED))
  renderPage('/?symbol=AAPL')
  await chart()
  await waitFor(async () => expect(await slider()).toHaveAttribute('max', '251'))

  await moveTo(0)
  expect(await slider()).toHaveAttribute(
    'aria-valuetext',
    '27 Jul 2010: Open 259.00, High 262.00, Low 257.00, Close 260.00, Change –, Volume 1,000',
  )
  expect(await readout()).toHaveTextContent(/^27 Jul 2010Open259.00.*No forecast tested for this session.$/)

  await moveTo(251)
  expect(await readout()).toHaveTextContent(
    '5 Mar 2013Future sessionForecast430.47No change430.4790 % interval409.26 to 451.68',
  )
})

test('the chart is described in a paragraph', async () => {
  server.use(evaluationIs(TESTED))
  renderPage('/?symbol=AAPL')
  await waitFor(async () => {
    expect(await chart()).toHaveAccessibleDescription(
      '250 sessions from 27 Jul 2010 to 2 Apr 2011: the close went from 260.00 to 509.00, between 260.00 and 509.00. ' +
        'Of 5 past 90 % ranges, given 5 sessions before, 1 missed. ' +
        'The forecast for 5 Mar 2013 is 430.47, with a 90 % interval from 409.26 to 451.68; no change would be 430.47.',
    )
  })
})

test('without forecasts the chart is drawn, and the legend shows what is missing', async () => {
  server.use(evaluationFailsWith(PROBLEMS.tooFewBars), forecastFailsWith(PROBLEMS.busy))
  renderPage('/?symbol=AAPL')
  const legend = await screen.findByRole('list', { name: 'Legend' })
  expect(await within(legend).findByText('Past forecasts: missing; see the models panel')).toBeVisible()
  expect(await within(legend).findByText('Forecast: missing; see the Forecast panel')).toBeVisible()
  expect(within(legend).getByText('Volume')).toBeVisible()
  expect(await chart()).toHaveAccessibleDescription(/509.00. No forecast.$/)
  expect(await readout()).toHaveTextContent('Close509.00')
  expect(within(await panel()).queryByRole('alert')).not.toBeInTheDocument()
})

test('a session without prices has no values but is counted, and the last close is shown', async () => {
  const bars = AAPL_BARS.bars.map((bar, i) => (i === 249 ? { ...bar, open: null, close: null, volume: null } : bar))
  server.use(barsAre({ ...AAPL_BARS, bars }))
  renderPage('/?symbol=AAPL')
  expect(await chart()).toHaveAccessibleDescription(/^250 sessions/)
  expect(await readout()).toHaveTextContent('1 Apr 2011Open507.00')
  await moveTo(249)
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
  expect(choice).toHaveAccessibleDescription('The newest bars have no adjusted close.')
})

test('missing sessions take space on the axis, and the slider skips them', async () => {
  const bars = AAPL_BARS.bars.map((bar, i) => (i === 249 ? { ...bar, session: '2011-05-02' } : bar))
  server.use(barsAre({ ...AAPL_BARS, bars }))
  renderPage('/?symbol=AAPL')
  const legend = await screen.findByRole('list', { name: 'Legend' })
  expect(within(legend).getByText('No bars')).toBeVisible()
  expect(await chart()).toHaveAccessibleDescription(/No bars between 1 Apr 2011 and 2 May 2011/)
  expect(await slider()).toHaveAttribute('aria-valuetext', expect.stringMatching(/^2 May 2011.*Change \+1.00 \(\+0.20 %\) since 1 Apr 2011/))
  await moveTo(Number((await slider()).getAttribute('value')) - 1)
  expect(await readout()).toHaveTextContent('1 Apr 2011Open507.00')
})

test('every price has as many digits as the moves of the symbol need', async () => {
  const tiny = (value: number | null) => (value === null ? null : value * 2.4e-8)
  const bars = AAPL_BARS.bars.map((bar) => ({
    ...bar,
    open: tiny(bar.open),
    high: tiny(bar.high),
    low: tiny(bar.low),
    close: tiny(bar.close),
  }))
  server.use(barsAre({ ...AAPL_BARS, bars }))
  renderPage('/?symbol=AAPL')
  expect(await readout()).toHaveTextContent('Close0.000012216Change+0.000000024 (+0.20 %)')
  expect(await screen.findByText('0.000012216', { selector: 'header strong' })).toBeVisible()
})

test('as_of is in the address, goes to forecast and evaluation, and the closes that followed are shown', async () => {
  const asked: (string | null)[] = []
  const record = ({ request }: { request: Request }) => {
    asked.push(new URL(request.url).searchParams.get('as_of'))
  }
  server.use(http.get('*/api/stocks/:symbol/forecast', record), http.get('*/api/stocks/:symbol/evaluation', record))
  renderPage('/?symbol=AAPL&as_of=2011-03-01')
  expect(await screen.findByLabelText('As of')).toHaveValue('2011-03-01')
  expect(await readout()).toHaveTextContent('1 Mar 2011Open')
  await waitFor(() => expect(asked).toEqual(['2011-03-01', '2011-03-01']))
  fireEvent.change(screen.getByLabelText('As of'), { target: { value: '' } })
  expect(address()).toBe('/?symbol=AAPL')
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
  expect(lines[2]).toBe('5 Mar 2013–––––430.47409.26451.68')
  expect(lines[5]).toBe('2 Apr 2011508.00511.00506.00509.001,249–––')
  await user.click(within(await panel()).getByRole('button', { name: 'Show more sessions' }))
  expect(within(table).getAllByRole('row')).toHaveLength(1 + 2 + 200)
})

test('the sessions after a forecast that is over come first, with a title of their own', async () => {
  const sessions = ['2013-03-01', '2013-03-04', '2013-03-05', '2013-03-06']
  const bars = AAPL_BARS.bars.slice(-4).map((bar, i) => ({ ...bar, session: sessions[i] ?? '' }))
  server.use(barsAre({ ...AAPL_BARS, bars }))
  const { user } = renderPage('/?symbol=AAPL&as_of=2013-03-01')
  await chart()
  await screen.findByText('No change', { selector: 'li' })
  await user.click(within(await panel()).getByText('Show as a table'))
  const table = await screen.findByRole('table', { name: /^Newest session first/ })
  const titles = [...table.querySelectorAll('tbody th')].map((title) => title.textContent)
  expect(titles).toEqual([
    'Later sessions',
    '6 Mar 2013',
    'Sessions of the forecast',
    '5 Mar 2013',
    '4 Mar 2013',
    'Past sessions, with the forecast given 5 sessions before',
    '1 Mar 2013',
  ])
})
