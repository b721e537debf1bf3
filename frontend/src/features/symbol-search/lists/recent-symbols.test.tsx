import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderPage } from '@/testing/render'
import { recentSymbols, rememberSymbol } from './recent-symbols'

const KEY = 'bellwether-recent-symbols'
const box = () => screen.findByRole('combobox', { name: 'Stock symbol' })
const symbols = () => recentSymbols().map(({ symbol }) => symbol)

test('viewed symbols are suggested, newest first, and can be cleared', async () => {
  rememberSymbol({ symbol: 'MSFT', name: 'Microsoft Corp.' })
  const { user } = renderPage('/?symbol=AAPL')
  await waitFor(() => expect(symbols()).toEqual(['AAPL', 'MSFT']))
  await user.click(await box())
  const listbox = await screen.findByRole('listbox', { name: 'Recent symbols' })
  expect(within(listbox).getAllByRole('option').map((option) => option.textContent)).toEqual([
    'AAPL Apple Inc.',
    'MSFT Microsoft Corp.',
  ])
  expect(screen.getByText('Recent')).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Clear' }))
  expect(screen.queryByRole('listbox')).not.toBeInTheDocument()
  expect(await box()).toHaveFocus()
  expect(symbols()).toEqual([])
})

test('an unknown symbol is not remembered', async () => {
  renderPage('/?symbol=ZZZZ')
  await screen.findByRole('alert')
  expect(symbols()).toEqual([])
})

test('eight symbols are remembered, each once', () => {
  for (const symbol of ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'B']) rememberSymbol({ symbol, name: null })
  expect(symbols()).toEqual(['B', 'I', 'H', 'G', 'F', 'E', 'D', 'C'])
})

test.each([
  ['not JSON', '{', []],
  ['not a list', '{"symbol":"AAPL","name":null}', []],
  ['invalid symbols', '[{"symbol":"<img src=x>","name":null},{"symbol":7,"name":null},null,"AAPL",[]]', []],
  ['invalid names', '[{"symbol":"AAPL"},{"symbol":"IBM","name":{}}]', []],
  ['a name that is too long', JSON.stringify([{ symbol: 'AAPL', name: 'a'.repeat(201) }]), []],
  ['a duplicate', '[{"symbol":"FB","name":null},{"symbol":"FB","name":"Facebook"}]', ['FB']],
  ['some valid ones', '[{"symbol":"aapl","name":null},{"symbol":"BRK.B","name":"Berkshire","more":1}]', ['BRK.B']],
  ['an ampersand', '[{"symbol":"M&M.NS","name":null}]', ['M&M.NS']],
])('stored symbols are validated: %s', (_, text, expected) => {
  localStorage.setItem(KEY, text)
  expect(symbols()).toEqual(expected)
})
