import { fireEvent, screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Evaluation } from '@/api/gen/types.gen'
import { AAPL_EVALUATION } from '@/testing/evaluations'
import { evaluationIs } from '@/testing/handlers'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'

async function section() {
  return within(await screen.findByRole('region', { name: 'Window by window' }))
}

function lineTexts(legend: HTMLElement) {
  return within(legend).getAllByRole('listitem').map(({ textContent }) => textContent)
}

function withWindows(n: number): Evaluation {
  const session = Array.from({ length: n }, (_, i) => new Date(Date.UTC(2012, 0, 1 + i)).toISOString().slice(0, 10))
  const series = AAPL_EVALUATION.windows.series.map((model) => ({
    ...model,
    absolute_error: session.map((_, i) => 2 + i),
    skill_so_far: session.map(() => 0.01),
  }))
  return { ...AAPL_EVALUATION, windows: { ...AAPL_EVALUATION.windows, n_windows: n, session, series } }
}

test('the skill so far of each model is drawn, and shown for the last window', async () => {
  renderPage('/?symbol=AAPL')
  const windows = await section()
  expect(await windows.findByRole('img', { name: 'Skill so far of 4 models over 5 windows' })).toBeVisible()
  expect(lineTexts(windows.getByRole('list', { name: 'On 1 Mar 2013' }))).toEqual([
    'linear regression −0.0300',
    'ridge −0.0200',
    'no change 0.0000',
    'moving average −0.6400 (off the chart)',
  ])
})

test('the slider moves from window to window', async () => {
  renderPage('/?symbol=AAPL')
  const windows = await section()
  const slider = await windows.findByRole('slider', { name: 'Window' })
  expect(slider).toHaveValue('4')
  fireEvent.change(slider, { target: { value: '0' } })
  expect(slider).toHaveAttribute('aria-valuetext', '25 Feb 2013')
  expect(lineTexts(windows.getByRole('list', { name: 'On 25 Feb 2013' }))[1]).toBe('ridge –')
})

test('the error of the best other model is drawn with that of no change', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  const windows = await section()
  await user.click(windows.getByRole('radio', { name: 'Absolute error' }))
  expect(address()).toBe('/?symbol=AAPL&chart=error')
  expect(await windows.findByRole('img', { name: 'Absolute error of 2 models over 5 windows' })).toBeVisible()
  expect(lineTexts(windows.getByRole('list', { name: 'On 1 Mar 2013' }))).toEqual(['ridge 21.34', 'no change 20.99'])
  expect(windows.getByText(/of no change and ridge, the best of the other models/)).toBeVisible()
})

test('the error of the chosen model is drawn, even if it is the worst', async () => {
  renderPage('/?symbol=AAPL&chart=error&model=moving_average')
  const windows = await section()
  await windows.findByRole('img', { name: /^Absolute error/ })
  expect(lineTexts(windows.getByRole('list', { name: 'On 1 Mar 2013' }))[1]).toBe('moving average 33.10')
  expect(windows.getByText(/moving average, your choice/)).toBeVisible()
})

test('a table shows the same numbers, newest first, a hundred at a time', async () => {
  server.use(evaluationIs(withWindows(150)))
  const { user } = renderPage('/?symbol=AAPL&chart=error')
  const windows = await section()
  await user.click(await windows.findByText('Show as a table'))
  const table = within(await windows.findByRole('table', { name: 'Absolute error, newest window first' }))
  expect(table.getAllByRole('row')).toHaveLength(101)
  expect(table.getAllByRole('row')[1]).toHaveTextContent('29 May 2012151.00151.00')
  await user.click(windows.getByRole('button', { name: 'Show more windows' }))
  expect(table.getAllByRole('row')).toHaveLength(151)
  expect(windows.queryByRole('button', { name: 'Show more windows' })).not.toBeInTheDocument()
})
