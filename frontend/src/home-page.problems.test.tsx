import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { gatewayIsDown, handlers, PROBLEMS, REQUEST_ID, resultFailsWith, resultIs, resultIsText } from './testing/handlers'
import { renderPage } from './testing/render'
import { AAPL } from './testing/results'
import { server } from './testing/server'

const retryButton = () => screen.queryByRole('button', { name: 'Try again' })

test('an unknown symbol is explained with the request id and without a retry button', async () => {
  renderPage('/?symbol=ZZZZ')
  const alert = await screen.findByRole('alert')
  expect(alert).toHaveTextContent('Unknown symbol')
  expect(alert).toHaveTextContent('The store has no symbol ZZZZ.')
  expect(alert).toHaveTextContent(REQUEST_ID)
  expect(retryButton()).not.toBeInTheDocument()
})

test('a busy service can be asked again', async () => {
  server.use(resultFailsWith(PROBLEMS.busy, { once: true }))
  const { user } = renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('alert')).toHaveTextContent('The service is busy')
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('64 %')).toBeVisible()
  expect(screen.queryByRole('alert')).not.toBeInTheDocument()
})

test.each(['/', '/?symbol=AAPL'])('a gateway that is down is said to be down and can be asked again: %s', async (at) => {
  server.use(...gatewayIsDown())
  const { user } = renderPage(at)
  expect(await screen.findByRole('alert')).toHaveTextContent('The gateway cannot be reached')
  server.resetHandlers(...handlers)
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByRole('heading', { level: 2, name: /AAPL|Choose a stock/ })).toBeVisible()
})

test.each([
  ['a page of a proxy', '<html>Bad gateway</html>', 502, true],
  ['an unexpected failure', 'Internal Server Error', 500, false],
  ['an answer that is no JSON', '<html></html>', 200, false],
])('%s becomes a problem that can be read', async (_, body, status, hasRetry) => {
  server.use(resultIsText(body, status))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('alert')).toHaveTextContent('an answer that this page cannot read')
  expect(retryButton() !== null).toBe(hasRetry)
})

test.each([
  [0, 'No better than doing nothing', 'No better than the middle of the range'],
  [-0.25, 'No better than doing nothing', 'No better than the middle of the range'],
  [
    null,
    'There is nothing to beat: doing nothing makes no error',
    'There is nothing to beat: the middle of the range makes no error',
  ],
])('a skill of %s is put into words', async (skill, overNothing, overMidrange) => {
  server.use(resultIs({ ...AAPL, skill, midrange_skill: skill }))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByText(overNothing)).toBeVisible()
  expect(screen.getByText(overMidrange)).toBeVisible()
  expect(screen.queryByText(/smaller error/)).not.toBeInTheDocument()
})

test('a result without intervals says so and shows no empty columns', async () => {
  const predictions = { ...AAPL.predictions, lower: null, upper: null }
  server.use(resultIs({ ...AAPL, interval: null, predictions }))
  const { user } = renderPage('/?symbol=AAPL')
  expect(await screen.findByText('There are too few sessions for intervals')).toBeVisible()
  expect(screen.queryByText(/dotted lines/)).not.toBeInTheDocument()
  await user.click(screen.getByText('The same numbers as a table'))
  const table = within(await screen.findByRole('table', { name: /^Newest session first/ }))
  expect(table.getByRole('columnheader', { name: 'Error' })).toBeVisible()
  expect(table.queryByRole('columnheader', { name: 'Lower' })).not.toBeInTheDocument()
})

test('an answer that the page cannot draw leaves the search usable', async () => {
  server.use(resultIsText('{}', 200))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('alert')).toHaveTextContent('The page could not show this')
  expect(screen.getByRole('combobox', { name: 'Stock symbol' })).toBeVisible()
})
