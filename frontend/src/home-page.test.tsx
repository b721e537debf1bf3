import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderPage } from './testing/render'
import { symbolsAre } from './testing/handlers'
import { LOOK_AHEAD } from './testing/results'
import { server } from './testing/server'

const searchBox = () => screen.findByRole('combobox', { name: 'Stock symbol' })
const heading = (name: string) => screen.findByRole('heading', { level: 2, name })

test('a person types part of a symbol, picks a suggestion and sees how good the model is', async () => {
  const { router, user } = renderPage()
  await screen.findByRole('link', { name: 'AAPL' })

  await user.type(await searchBox(), 'aap')
  const options = within(await screen.findByRole('listbox', { name: 'Matching symbols' })).getAllByRole('option')
  expect(options.map((option) => option.textContent)).toEqual(['AAPL', 'AAPX', 'BAAP', 'CAAP'])
  await user.click(screen.getByRole('option', { name: 'AAPL' }))

  await heading('AAPL')
  expect(router.state.location.href).toBe('/?symbol=AAPL')
  expect(document.title).toBe('AAPL – Bellwether')
  expect(screen.getByText('64 %').closest('p')).toHaveTextContent('64 % smaller error than doing nothing')
  expect(screen.getByText(/is off by 5.72 on average; the model by 2.07, on the same 654 sessions/)).toBeVisible()
  expect(screen.getByText('22 %').closest('p')).toHaveTextContent('22 % smaller error than the middle of the range')
  expect(screen.getByText('90 % intervals held 90 % of the time')).toBeVisible()
  expect(screen.getByText(/587 of 654 closes lay in the interval.*On average it is 8.07 wide/)).toBeVisible()
  expect(screen.queryByRole('listbox')).not.toBeInTheDocument()
})

test('the keyboard is enough: an arrow chooses, Enter submits', async () => {
  const { router, user } = renderPage()
  await screen.findByRole('link', { name: 'AAPL' })
  await user.type(await searchBox(), 'aap')
  await screen.findByRole('listbox')
  await user.keyboard('{ArrowDown}{ArrowDown}')
  await waitFor(async () => {
    const chosen = (await searchBox()).getAttribute('aria-activedescendant')
    expect(screen.getByRole('option', { name: 'AAPX' })).toHaveAttribute('id', chosen)
  })
  await user.keyboard('{Enter}')
  await heading('AAPX')
  expect(router.state.location.href).toBe('/?symbol=AAPX')
})

test('Escape closes the suggestions and keeps what was typed', async () => {
  const { user } = renderPage()
  await screen.findByRole('link', { name: 'AAPL' })
  await user.type(await searchBox(), 'aap')
  await screen.findByRole('listbox')
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('listbox')).not.toBeInTheDocument()
  expect(await searchBox()).toHaveValue('aap')
})

test('anything typed can be submitted, upper-cased and trimmed', async () => {
  const { router, user } = renderPage()
  await user.type(await searchBox(), ' brk.b ')
  await user.click(screen.getByRole('button', { name: 'Show result' }))
  await heading('BRK.B')
  expect(router.state.location.href).toBe('/?symbol=BRK.B')
  expect(await searchBox()).toHaveValue('BRK.B')
})

test('Enter alone submits what was typed, and back and forward keep the view', async () => {
  const { router, user } = renderPage('/?symbol=IBM')
  await heading('IBM')
  expect(await searchBox()).toHaveValue('IBM')

  await user.clear(await searchBox())
  await user.type(await searchBox(), 'msft{Enter}')
  await heading('MSFT')
  router.history.back()
  await heading('IBM')
  expect(await searchBox()).toHaveValue('IBM')
  router.history.forward()
  await heading('MSFT')
})

test('warnings stand before the numbers, and the model stands beside persistence', async () => {
  renderPage('/?symbol=AAPL')
  const warning = await screen.findByText(LOOK_AHEAD)
  const table = screen.getByRole('table', { name: 'How wrong it has been' })
  const numbers = [screen.getByText('64 %'), screen.getByText('22 %'), screen.getByText(/intervals held/), table]
  for (const number of numbers) {
    expect(warning.compareDocumentPosition(number)).toBe(Node.DOCUMENT_POSITION_FOLLOWING)
  }
  expect(within(table).getByRole('row', { name: /MAE mean error/ })).toHaveTextContent(/2.07.*5.72.*2.65/)
  expect(within(table).getByRole('row', { name: /Directional accuracy/ })).toHaveTextContent(/83.8 %.*not defined.*86.4 %/)
})

test('measures that are near perfect even for doing nothing come last', async () => {
  renderPage('/?symbol=AAPL')
  const table = await screen.findByRole('table', { name: 'How wrong it has been' })
  const measures = within(table)
    .getAllByRole('rowheader')
    .map((header) => header.textContent.split(' ')[0])
  expect(measures).toEqual(['MAE', 'RMSE', 'MSE', 'Directional', 'MAPE', 'R²'])
})

test('the chart has the same numbers as a table, newest first, one hundred rows at a time', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  const chart = await screen.findByRole('img', { name: /actual and predicted closes of AAPL/ })
  expect(chart).toHaveAccessibleDescription(/The largest error is 2.00/)

  await user.click(screen.getByText('The same numbers as a table'))
  const table = await screen.findByRole('table', { name: /Newest session first/ })
  await waitFor(() => {
    expect(within(table).getAllByRole('row')).toHaveLength(101)
  })
  expect(within(table).getAllByRole('columnheader').map((header) => header.textContent)).toEqual([
    'Session',
    'Actual',
    'Predicted',
    'Lower',
    'Upper',
    'Error',
  ])
  expect(within(table).getAllByRole('row')[1]).toHaveTextContent('2 Apr 2011509.00511.00507.00515.00+2.00')

  await user.click(screen.getByRole('button', { name: 'Show more' }))
  expect(within(table).getAllByRole('row')).toHaveLength(201)
})

test('what the answer rests on is shown', async () => {
  renderPage('/?symbol=AAPL')
  await heading('AAPL')
  expect(screen.getByText('1 Mar 2000 – 26 Jul 2010, 2,616 bars')).toBeVisible()
  expect(screen.getByText('27 Jul 2010 – 1 Mar 2013, 654 bars')).toBeVisible()
  expect(screen.getByText('−0.6123')).toBeVisible()
  expect(screen.getByText('a1b2c3d4')).toBeVisible()
})

test('an empty store is said to be empty', async () => {
  server.use(symbolsAre([]))
  renderPage()
  expect(await screen.findByText(/The store has no bars/)).toBeVisible()
  expect(document.title).toBe('Bellwether')
})
