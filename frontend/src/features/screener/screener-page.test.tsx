import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { address, renderPage } from '@/testing/render'
import { leaderboardFailsWith, leaderboardIs, NO_RUN, runsAre, runsTakeKey, screenerFailsWith, screenerIs } from '@/testing/run-handlers'
import { server } from '@/testing/server'
import { LEADERBOARD, RUN, SCREENER, SCREENER_COLUMNS } from '@/testing/universes'
import { PROBLEMS } from '@/testing/handlers'
import '@/features/screener/screener-page' // so that no test waits for it to compile

async function symbols(): Promise<(string | null)[]> {
  const table = await screen.findByRole('table')
  return within(table).getAllByRole('rowheader').map(({ textContent }) => textContent)
}

const header = (name: RegExp) => screen.getByRole('columnheader', { name })

test('the sentence on chance is above the symbols, which are sorted by symbol', async () => {
  renderPage('/screener')
  expect(await screen.findByText(SCREENER.sentence)).toBeVisible()
  expect(await symbols()).toEqual(['AAPL', 'CAAP', 'IBM', 'MSFT', 'ZETA'])
  expect(header(/^Symbol/)).toHaveAttribute('aria-sort', 'ascending')
  expect(document.title).toBe('Screener – Bellwether')
})

test('rows say whether their bars are behind or have changed', async () => {
  renderPage('/screener')
  await symbols()
  expect(screen.getByRole('row', { name: /^CAAP.* 3 behind$/ })).toBeVisible()
  expect(screen.getByRole('row', { name: /^IBM.* changed since$/ })).toBeVisible()
  expect(screen.getByRole('row', { name: /^AAPL.* up to date$/ })).toBeVisible()
})

test('a header sorts, and a second time the other way; the address holds it', async () => {
  const { user } = renderPage('/screener')
  await symbols()
  await user.click(screen.getByRole('button', { name: /^1 session/ }))
  expect(address()).toBe('/screener?sort=-change_1')
  expect(await symbols()).toEqual(['MSFT', 'CAAP', 'IBM', 'AAPL', 'ZETA'])
  expect(header(/^1 session/)).toHaveAttribute('aria-sort', 'descending')
  await user.click(screen.getByRole('button', { name: /^1 session/ }))
  expect(address()).toBe('/screener?sort=change_1')
})

test('a sector of the address that no symbol has is shown, and can be left', async () => {
  const { user } = renderPage('/screener?sector=Foo')
  await screen.findByText('No symbol matches. Choose “All symbols” to start over.')
  const sector = screen.getByRole('combobox', { name: 'Sector' })
  expect(sector).toHaveDisplayValue('Foo')
  await user.selectOptions(sector, 'All')
  expect(await symbols()).toHaveLength(5)
})

test('sorted by skill, a sentence says that the top are the lucky ones', async () => {
  renderPage('/screener?sort=-skill&columns=skill')
  expect(await screen.findByText('Sorted by skill: the top are the lucky ones.')).toBeVisible()
  expect(await symbols()).toEqual(['CAAP', 'IBM', 'AAPL', 'MSFT', 'ZETA'])
})

test('text filters at once, is announced, and goes into the address', async () => {
  const { user } = renderPage('/screener')
  await symbols()
  await user.type(screen.getByRole('searchbox', { name: 'Symbol or name' }), 'micro')
  await waitFor(() => expect(screen.getByText('1 of 5 symbols')).toHaveAttribute('aria-live', 'polite'))
  expect(await symbols()).toEqual(['MSFT'])
  await waitFor(() => expect(address()).toBe('/screener?find=micro'))
})

test('limits, sector and columns are chosen and kept in the address', async () => {
  const { user } = renderPage('/screener?columns=name')
  await symbols()
  await user.click(screen.getByText('Limits'))
  await user.type(await screen.findByLabelText('Interval width, %: at most'), '5')
  await user.selectOptions(screen.getByRole('combobox', { name: 'Sector' }), 'Technology')
  await user.click(screen.getByText('Columns, and what they mean'))
  await user.click(await screen.findByRole('checkbox', { name: 'Coverage' }))
  expect(address()).toBe('/screener?sector=Technology&width=..5&columns=name,coverage')
  expect(await symbols()).toEqual(['AAPL', 'IBM'])
  expect(header(/^Coverage/)).toBeVisible()
})

test('presets are links; the current one is marked', async () => {
  const { user } = renderPage('/screener?find=zeta')
  await symbols()
  await user.click(screen.getByRole('link', { name: 'Unusually wide for itself' }))
  expect(await symbols()).toEqual(['MSFT'])
  expect(screen.getByRole('link', { name: 'Unusually wide for itself' })).toHaveAttribute('aria-current', 'page')
  expect(screen.getByRole('searchbox', { name: 'Symbol or name' })).toHaveValue('')
})

test('only what the leaderboard names is named, and none is said plainly', async () => {
  const { user } = renderPage('/screener')
  await symbols()
  await user.click(screen.getByRole('link', { name: 'Named beyond luck' }))
  expect(await screen.findByText('None: nothing beyond luck.')).toBeVisible()
})

test('a symbol that the leaderboard names is shown', async () => {
  server.use(leaderboardIs({ ...LEADERBOARD, named: [{ symbol: 'CAAP', model: 'drift', p_value: 0.001, q_value: 0.01 }] }))
  renderPage('/screener?named=true')
  expect(await symbols()).toEqual(['CAAP'])
})

test('that nothing is named is not said before the leaderboard says it', async () => {
  server.use(leaderboardFailsWith(PROBLEMS.busy))
  renderPage('/screener?named=true')
  expect(await screen.findByRole('alert')).toHaveTextContent('The service is busy')
  expect(screen.queryByText('None: nothing beyond luck.')).not.toBeInTheDocument()
})

test('named symbols that another filter excludes are no match', async () => {
  server.use(leaderboardIs({ ...LEADERBOARD, named: [{ symbol: 'CAAP', model: 'drift', p_value: 0.001, q_value: 0.01 }] }))
  renderPage('/screener?named=true&find=ibm')
  expect(await screen.findByText(/^No symbol matches/)).toBeVisible()
})

test('a row opens its symbol at the same horizon and level', async () => {
  const { user } = renderPage('/screener?horizon=1&level=50')
  await symbols()
  await user.click(screen.getByText('Microsoft Corp.'))
  expect(address()).toBe('/?symbol=MSFT&horizon=1&level=50')
})

test('a row of a run of adjusted prices opens them', async () => {
  server.use(screenerIs({ ...SCREENER, universe: { ...SCREENER.universe, adjusted: true } }))
  renderPage('/screener')
  await symbols()
  expect(screen.getByRole('link', { name: 'AAPL' })).toHaveAttribute('href', '/?symbol=AAPL&horizon=1&adjusted=true')
})

test('one row is a tab stop, and the arrow keys move among them', async () => {
  const { user } = renderPage('/screener')
  await symbols()
  const links = screen.getAllByRole('link', { name: /^(AAPL|CAAP|IBM|MSFT|ZETA)$/ })
  expect(links.map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1, -1, -1])
  links[0]?.focus()
  await user.keyboard('{ArrowDown}{ArrowDown}')
  expect(screen.getByRole('link', { name: 'IBM' })).toHaveFocus()
  await user.keyboard('{End}')
  expect(screen.getByRole('link', { name: 'ZETA' })).toHaveFocus()
  await user.keyboard('{Home}{ArrowUp}')
  expect(screen.getByRole('link', { name: 'AAPL' })).toHaveFocus()
})

test('of ten thousand symbols a few rows are drawn', async () => {
  const times = 2000
  const many = Object.fromEntries(
    Object.entries(SCREENER_COLUMNS).map(([name, values]) => [name, Array.from({ length: times }, () => values as unknown[]).flat()]),
  ) as unknown as typeof SCREENER_COLUMNS
  server.use(screenerIs({ ...SCREENER, columns: { ...many, symbol: many.symbol.map((symbol, i) => `${symbol}${String(i)}`) } }))
  renderPage('/screener')
  expect(await screen.findByText('All 10,000 symbols')).toBeVisible()
  expect(screen.getByRole('table')).toHaveAttribute('aria-rowcount', '10001')
  expect((await symbols()).length).toBeLessThan(60)
  expect(screen.getByText(/^The rows 1 to \d\d of 10,000 are printed, as on the screen/)).toHaveClass('on-paper')
})

test('without a complete run, the page offers to start one, which needs a key', async () => {
  const { handlers, sent } = runsTakeKey('the-key')
  server.use(screenerFailsWith(NO_RUN), ...handlers)
  const { user } = renderPage('/screener?horizon=3')
  expect(await screen.findByRole('heading', { name: 'Not evaluated yet' })).toBeVisible()
  await user.type(screen.getByLabelText('API key'), 'a-wrong-key')
  await user.click(screen.getByRole('button', { name: 'Evaluate all symbols' }))
  expect(await screen.findByRole('alert')).toHaveTextContent('it is not valid here')
  await user.clear(screen.getByLabelText('API key'))
  await user.type(screen.getByLabelText('API key'), 'the-key')
  await user.click(screen.getByRole('button', { name: 'Evaluate all symbols' }))
  expect(await screen.findByRole('heading', { name: 'The symbols are being evaluated' })).toBeVisible()
  expect(sent).toEqual([
    { path: '/api/runs', body: { kind: 'evaluation', horizons: [1, 3, 5], level: 90, windows: 250 } },
  ])
})

test('while the first run is under way, the page shows its progress', async () => {
  server.use(screenerFailsWith(NO_RUN), runsAre(RUN))
  renderPage('/screener')
  expect(await screen.findByText(/^227 of 505 symbols done, 21 per second/)).toBeVisible()
})

test.each(['horizon=10', 'level=50'])('a run that is not at %s is not waited for, and one can be started', async (choice) => {
  server.use(screenerFailsWith(NO_RUN), runsAre(RUN))
  renderPage(`/screener?${choice}`)
  expect(await screen.findByText(/Another run is under way: a new one starts when it has ended.$/)).toBeVisible()
  expect(screen.getByRole('heading', { name: 'Not evaluated yet' })).toBeVisible()
  expect(screen.getByRole('button', { name: 'Evaluate all symbols' })).toBeVisible()
})

test('a single symbol is counted as one', async () => {
  const first = Object.entries(SCREENER_COLUMNS).map(([name, values]) => [name, values.slice(0, 1)] as const)
  const columns = Object.fromEntries(first)
  const universe = { ...SCREENER.universe, n_symbols: 1, n_failed: 0 }
  server.use(screenerIs({ ...SCREENER, universe, columns: columns as unknown as typeof SCREENER_COLUMNS }))
  renderPage('/screener')
  expect(await screen.findByText('1 of 1 symbol')).toBeVisible()
  expect(screen.getByText(/^1 symbol, over its last 250 test sessions/)).toBeVisible()
})

test('a service that is away is told, and asked again', async () => {
  server.use(screenerFailsWith(PROBLEMS.busy))
  renderPage('/screener')
  expect(await screen.findByRole('alert')).toHaveTextContent('The service is busy')
  expect(screen.getByRole('button', { name: 'Try again' })).toBeVisible()
})
