import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { beforeEach, expect, test } from 'vitest'
import { CLOSES, closesAre, hasNoAdjustedPrices } from '@/testing/comparisons'
import { barsFailWith, PROBLEMS, stockIs, symbolsAre } from '@/testing/handlers'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { AAPL_STOCK } from '@/testing/stocks'
import './comparison-chart' // so that no test waits for it to compile

const ADDRESS = '/?symbol=AAPL&compare=IBM,MSFT'

beforeEach(() => server.use(closesAre(CLOSES)))

async function panel() {
  await screen.findByRole('combobox', { name: 'Compare AAPL with' }) // its placeholder has none
  return within(await screen.findByRole('region', { name: 'Comparison' }))
}

async function rows(): Promise<(string | null)[][]> {
  const table = await (await panel()).findByRole('table', { name: /largest change first/ })
  const [, ...body] = within(table).getAllByRole('row')
  return body.map((row) => [...row.children].map((cell) => cell.textContent.trim()))
}

test('the symbols are compared from the first shared session, largest change first', async () => {
  renderPage(ADDRESS)
  expect(await rows()).toEqual([
    ['AAPL', 'Apple Inc.', '450.00', '495.00', '+10.00 %', '−20.00 %26 Feb 2013 – 27 Feb 2013', '4'],
    ['MSFT', 'Apple Inc.', '28.00', '28.70', '+2.50 %', 'none', '4'],
    ['IBM', 'Apple Inc.', '200.00', '180.00', '−10.00 %', '−25.00 %26 Feb 2013 – 28 Feb 2013', '3'],
  ])
  const compared = await panel()
  expect(compared.getByText(/since 26 Feb 2013, the first session of this range that all three have/)).toHaveTextContent(
    'Past changes say nothing about future ones.',
  )
  expect(await compared.findByRole('img', { name: 'Line chart of the change in close of AAPL, IBM and MSFT' })).toBeVisible()
})

test('the keyboard reads the changes to a session, also where a symbol has no bar', async () => {
  renderPage(ADDRESS)
  const compared = await panel()
  const slider = await compared.findByRole('slider', { name: 'Session' })
  expect(slider).toHaveAttribute('aria-valuetext', '1 Mar 2013: AAPL +10.00 %, IBM −10.00 %, MSFT +2.50 %')
  fireEvent.change(slider, { target: { value: '1' } })
  expect(slider).toHaveAttribute('aria-valuetext', '27 Feb 2013: AAPL −20.00 %, IBM no bar, MSFT 0.00 %')
  const readout = within(compared.getByRole('list', { name: 'Change to 27 Feb 2013' }))
  expect(readout.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    'AAPL −20.00 %',
    'IBM no bar',
    'MSFT 0.00 %',
    '27 Feb 2013',
  ])
})

test('an unknown symbol is named and can be removed; the others are compared', async () => {
  const { user } = renderPage('/?symbol=AAPL&compare=IBM,ZZZZ')
  const compared = await panel()
  expect(await compared.findByText('ZZZZ is left out.')).toBeVisible()
  expect(compared.getByRole('alert')).toHaveTextContent('Unknown symbol')
  expect((await rows()).map(([symbol]) => symbol)).toEqual(['AAPL', 'IBM'])
  await user.click(compared.getByRole('button', { name: 'Remove ZZZZ from the comparison' }))
  expect(address()).toBe('/?symbol=AAPL&compare=IBM')
  expect(compared.queryByText('ZZZZ is left out.')).not.toBeInTheDocument()
})

test('a symbol whose bars failed to load can be retried', async () => {
  server.use(barsFailWith(PROBLEMS.busy, { once: true }))
  const { user } = renderPage(ADDRESS)
  const compared = await panel()
  await user.click(await compared.findByRole('button', { name: 'Try again' }))
  await waitFor(async () => expect(await rows()).toHaveLength(3))
})

test('a symbol without adjusted prices is named, and unadjusted prices are offered', async () => {
  server.use(hasNoAdjustedPrices('IBM'))
  const { user } = renderPage(`${ADDRESS}&adjusted=true`)
  const compared = await panel()
  expect(await compared.findByText('IBM is left out.')).toBeVisible()
  expect(compared.getByRole('alert')).toHaveTextContent('Its newest bars have no adjusted close.')
  expect((await rows()).map(([symbol]) => symbol)).toEqual(['AAPL', 'MSFT'])
  await user.click(compared.getByRole('button', { name: 'Compare unadjusted prices' }))
  expect(address()).toBe('/?symbol=AAPL&compare=IBM,MSFT')
  await waitFor(async () => expect(await rows()).toHaveLength(3))
})

test('a split within the compared sessions shows a warning, until adjusted prices are compared', async () => {
  const { user } = renderPage('/?symbol=AAPL&compare=IBM&range=all')
  const compared = await panel()
  const warnings = await compared.findByRole('list', { name: 'Before you compare these numbers' })
  expect(within(warnings).getAllByRole('listitem')[0]).toHaveTextContent(
    'The closes of AAPL jump as in a split on 28 Feb 2005.',
  )
  await user.click(compared.getByRole('button', { name: 'Compare adjusted prices' }))
  expect(address()).toContain('adjusted=true')
  expect(await compared.findByText(/Closes are adjusted/)).toBeVisible()
  expect(compared.queryByText(/jump as in a split/)).not.toBeInTheDocument()
})

test('adjusted prices are not offered against a split of a symbol that has none', async () => {
  const findings = AAPL_STOCK.findings.map((finding) => ({ ...finding, detail: '2 jumps look like unadjusted splits.' }))
  server.use(stockIs({ ...AAPL_STOCK, has_adjusted_prices: false, findings }))
  renderPage('/?symbol=AAPL&compare=IBM&range=all')
  const compared = await panel()
  expect(await compared.findByText(/^The closes of AAPL jump as in a split/)).toBeVisible()
  expect(compared.queryByRole('button', { name: 'Compare adjusted prices' })).not.toBeInTheDocument()
})

test('a gap within the compared sessions is named, and every change over it says so', async () => {
  renderPage('/?symbol=AAPL&compare=IBM&range=all&adjusted=true')
  const compared = await panel()
  const warnings = await compared.findByRole('list', { name: 'Before you compare these numbers' })
  expect(warnings).toHaveTextContent('AAPL has no bars between 28 Feb 2005 and 26 Feb 2013: its change spans that time.')
  expect(compared.getByRole('row', { name: /^IBM.*\(over a gap\)/ })).toBeVisible()
  expect(compared.getByRole('slider')).toHaveAttribute('aria-valuetext', expect.stringContaining('% (over a gap)'))
})

test('a split before the compared sessions shows no warning', async () => {
  renderPage(ADDRESS)
  await rows()
  expect((await panel()).queryByRole('list', { name: 'Before you compare these numbers' })).not.toBeInTheDocument()
})

test('bars after the last shared session are left out, with a note', async () => {
  server.use(closesAre({ AAPL: { '2010-01-04': 10, '2010-01-05': 11 }, IBM: { '2010-01-04': 5, '2010-01-05': 4, '2013-01-02': 9 } }))
  renderPage('/?symbol=AAPL&compare=IBM')
  expect(await rows()).toEqual([
    ['AAPL', 'Apple Inc.', '10.00', '11.00', '+10.00 %', 'none', '2'],
    ['IBM', 'Apple Inc.', '5.00', '4.00', '−20.00 %', '−20.00 %4 Jan 2010 – 5 Jan 2010', '2'],
  ])
  expect((await panel()).getByText(/Newer bars of IBM are left out/)).toBeVisible()
})

test.each([
  ['2012-12-31', 'AAPL and IBM share fewer than two sessions, so there is nothing to compare. Remove a symbol.'],
  [
    '2010-01-04',
    'AAPL and IBM share fewer than two sessions in this range, so there is nothing to compare. Choose a longer range, or remove a symbol.',
  ],
])('without two shared sessions, as IBM has one on %s and in 2013, a notice says what to do', async (day, notice) => {
  server.use(closesAre({ AAPL: { '2010-01-04': 10, '2013-01-02': 11 }, IBM: { [day]: 9, '2013-01-02': 8 } }))
  renderPage('/?symbol=AAPL&compare=IBM')
  const compared = await panel()
  expect(await compared.findByText(notice)).toBeVisible()
  expect(compared.getByRole('button', { name: 'Download CSV' })).toBeDisabled()
})

test('range and scale are in the address', async () => {
  const { user } = renderPage(ADDRESS)
  const compared = await panel()
  await user.click(compared.getByRole('radio', { name: '5Y' }))
  await user.click(compared.getByRole('radio', { name: 'Log' }))
  expect(address()).toBe('/?symbol=AAPL&compare=IBM,MSFT&range=5y&scale=log')
})

test('a symbol is found and added with the keyboard', async () => {
  const { user } = renderPage(ADDRESS)
  await user.type(await screen.findByRole('combobox', { name: 'Compare AAPL with' }), 'ba')
  expect(await screen.findByRole('option', { name: 'BAAP Baapco' })).toBeVisible()
  await user.keyboard('{Enter}')
  expect(address()).toBe('/?symbol=AAPL&compare=IBM,MSFT,BAAP')
})

test('at most three symbols are added, until one is removed with the keyboard', async () => {
  const { user } = renderPage(`${ADDRESS},BAAP`)
  const box = await screen.findByRole('combobox', { name: 'Compare AAPL with' })
  await user.type(box, 'aa')
  expect(await screen.findByRole('option', { name: /^CAAP/ })).toHaveAttribute('aria-disabled', 'true')
  expect(await screen.findByText(/^Three at most: remove one to add another\./)).toBeVisible()
  expect(screen.queryByRole('option', { name: /^AAPL/ })).not.toBeInTheDocument()
  await user.keyboard('{Escape}')
  await user.tab({ shift: true })
  expect(screen.getByRole('button', { name: 'Remove BAAP' })).toHaveFocus()
  await user.keyboard('{Enter}')
  expect(address()).toBe('/?symbol=AAPL&compare=IBM,MSFT')
  expect(box).toHaveFocus()
})

test('a search reports that it has no matches, or more than it shows', async () => {
  server.use(...symbolsAre(Array.from({ length: 25 }, (_, i) => `SYM${String(i)}`)))
  const { user } = renderPage(ADDRESS)
  const box = await screen.findByRole('combobox', { name: 'Compare AAPL with' })
  await user.type(box, 's')
  expect(await screen.findByText('More matches: keep typing to narrow them down.')).toBeVisible()
  await user.type(box, 'x')
  expect(await screen.findByText('No matches for “sx”.')).toBeVisible()
})
