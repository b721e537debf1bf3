import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { address, renderPage } from '@/testing/render'
import { leaderboardFailsWith, leaderboardIs, NO_RUN, runsAre } from '@/testing/run-handlers'
import { server } from '@/testing/server'
import { FINISHED, LEADERBOARD, RUN } from '@/testing/universes'
import '@/features/leaderboard/leaderboard-page' // so that no test waits for it to compile

test('models are ranked beside what luck gives, under the sentence', async () => {
  renderPage('/leaderboard')
  expect(await screen.findByText(LEADERBOARD.sentence)).toBeVisible()
  expect(screen.getByText('2 of 4')).toBeVisible()
  const table = within(screen.getByRole('table', { name: /^Models by skill over 4 symbols/ }))
  expect(table.getAllByRole('rowheader').map(({ textContent }) => textContent)).toEqual(['drift', 'no change', 'ridge'])
  expect(table.getByRole('row', { name: /^drift 0.00 −0.01 to 0.01.*may be the best.*40 %.*2 luck: 0 to 3.*89.4 %.*61 ms/ })).toBeVisible()
  expect(table.getByRole('row', { name: /^no change.*the baseline.*under 1 ms/ })).toBeVisible()
  expect(table.getByRole('row', { name: /^ridge.*not the best p-value under 0.01/ })).toBeVisible()
  expect(document.title).toBe('Leaderboard – Bellwether')
})

test('that nothing is named is said plainly', async () => {
  renderPage('/leaderboard')
  expect(await screen.findByText('None: nothing beyond luck.')).toBeVisible()
})

test('a named symbol is a link to its model', async () => {
  server.use(leaderboardIs({ ...LEADERBOARD, named: [{ symbol: 'CAAP', model: 'drift', p_value: 0.00001, q_value: 0.01 }] }))
  renderPage('/leaderboard')
  const named = within(await screen.findByRole('region', { name: 'Named beyond luck' }))
  expect(named.getByRole('link', { name: 'CAAP' })).toHaveAttribute('href', '/?symbol=CAAP&model=drift&horizon=1')
  expect(named.getByRole('row', { name: 'CAAP drift 0.0001 0.0100' })).toBeVisible()
  expect(named.queryByText('None: nothing beyond luck.')).not.toBeInTheDocument()
})

test('a symbol named in a run of adjusted prices is opened with them', async () => {
  const universe = { ...LEADERBOARD.universe, adjusted: true }
  server.use(leaderboardIs({ ...LEADERBOARD, universe, named: [{ symbol: 'CAAP', model: 'drift', p_value: 0.001, q_value: 0.01 }] }))
  renderPage('/leaderboard')
  const link = await screen.findByRole('link', { name: 'CAAP' })
  expect(link).toHaveAttribute('href', '/?symbol=CAAP&model=drift&horizon=1&adjusted=true')
})

test('of many named symbols the most certain are listed, and the screener has all', async () => {
  const named = Array.from({ length: 51 }, (_, i) => ({ symbol: `S${String(i)}`, model: 'drift' as const, p_value: 0.001, q_value: 0.01 }))
  server.use(leaderboardIs({ ...LEADERBOARD, named }))
  renderPage('/leaderboard')
  const region = within(await screen.findByRole('region', { name: 'Named beyond luck' }))
  expect(region.getAllByRole('rowheader')).toHaveLength(50)
  expect(region.getByRole('link', { name: 'All 51 are in the screener.' })).toHaveAttribute('href', '/screener?named=true')
})

test('the range forecast stands beside, where there is one', async () => {
  renderPage('/leaderboard')
  const range = within(await screen.findByRole('region', { name: /^Expected range/ }))
  expect(range.getByText('0.21')).toBeVisible()
  expect(range.getByText(/95 % CI 0.18 to 0.24/)).toBeVisible()
  expect(range.getByText('against the mean of a year’s ranges; 95 % CI −0.01 to 0.19')).toBeVisible()
})

test('the horizon is in the address', async () => {
  server.use(leaderboardIs({ ...LEADERBOARD, range: null }))
  const { user } = renderPage('/leaderboard')
  await screen.findByRole('table')
  await user.selectOptions(screen.getByRole('combobox', { name: 'Horizon' }), '5 sessions')
  expect(address()).toBe('/leaderboard?horizon=5')
  expect(await screen.findByText('Too few symbols have bars with a high and a low.')).toBeVisible()
})

test('at other horizons no range is forecast', async () => {
  const universe = { ...LEADERBOARD.universe, horizon: 10, adjusted: true }
  server.use(leaderboardIs({ ...LEADERBOARD, range: null, universe, n_compared: 1 }))
  renderPage('/leaderboard?horizon=10')
  expect(await screen.findByText('Forecast for 1 and 5 sessions ahead only.')).toBeVisible()
  expect(screen.getByText(/each over its last 250 test sessions at most, computed from adjusted prices/)).toBeVisible()
  expect(screen.getByRole('table', { name: /^Models by skill over 1 symbol, best first/ })).toBeVisible()
})

test('without a complete run, the page offers to start one', async () => {
  server.use(leaderboardFailsWith(NO_RUN))
  renderPage('/leaderboard')
  expect(await screen.findByRole('button', { name: 'Evaluate all symbols' })).toBeVisible()
})

test('a complete run without a leaderboard says why', async () => {
  const detail = 'The run has no leaderboard at a horizon of 1: its symbols have too few sessions in common.'
  server.use(leaderboardFailsWith({ ...NO_RUN, detail }), runsAre(FINISHED))
  renderPage('/leaderboard')
  expect(await screen.findByText(detail)).toBeVisible()
  expect(screen.queryByText(/^No run over all symbols is complete/)).not.toBeInTheDocument()
})

test.each([{ symbols: ['AAPL'] }, { as_of: '2018-01-31' }])('a run with %j is not waited for', async (chosen) => {
  server.use(leaderboardFailsWith(NO_RUN), runsAre({ ...RUN, request: { ...RUN.request, ...chosen } }))
  renderPage('/leaderboard')
  expect(await screen.findByText(/Another run is under way: a new one starts when it has ended.$/)).toBeVisible()
  expect(screen.getByRole('heading', { name: 'Not evaluated yet' })).toBeVisible()
})
