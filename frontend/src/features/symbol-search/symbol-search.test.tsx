import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw/http'
import { expect, test, vi } from 'vitest'
import type { StockSummary } from '@/api/gen/types.gen'
import { gatewayIsDown, handlers, symbolsAre } from '@/testing/handlers'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { MANY_SYMBOLS } from '@/testing/many-symbols'

const box = () => screen.findByRole('combobox', { name: 'Stock symbol' })
const heading = (name: string) => screen.findByRole('heading', { level: 2, name: new RegExp(`^${name}`) })
const listbox = (name: string) => within(screen.getByRole('listbox', { name }))
const options = (name: string) => listbox(name).getAllByRole('option').map((option) => option.textContent)
const status = (text: RegExp) => screen.findByText(text, { selector: '[role=status]' })

function searchFinds(stocks: StockSummary[]): void {
  server.use(http.get('*/api/stocks', () => HttpResponse.json({ stocks, next_cursor: null })))
}

async function highlighted(): Promise<string | undefined> {
  const id = (await box()).getAttribute('aria-activedescendant')
  return screen.getAllByRole('option').find((option) => option.id === id)?.textContent
}

test('part of a symbol shows the matches, one of which can be chosen', async () => {
  const { user } = renderPage()
  await user.type(await box(), 'aap')
  expect(await status(/5 stocks match/)).toBeInTheDocument()
  expect(options('Matching stocks')[0]).toBe('AAPL Apple Inc.')
  expect(listbox('Matching stocks').getAllByText('AAP', { selector: 'mark' })).toHaveLength(5)

  await user.click(screen.getByRole('option', { name: 'AAPL Apple Inc.' }))
  await heading('AAPL')
  expect(address()).toBe('/?symbol=AAPL')
  expect(await box()).toHaveValue('AAPL')
  expect(screen.queryByRole('listbox')).not.toBeInTheDocument()
})

test('the keyboard suffices: "/" focuses the box, arrows choose, Enter submits', async () => {
  const { user } = renderPage('/?symbol=IBM')
  await heading('IBM')
  await user.keyboard('/')
  expect(await box()).toHaveFocus()
  await user.keyboard('aap')
  await screen.findByRole('option', { name: 'AAPX Aapex Corp.' })
  await user.keyboard('{ArrowDown}{ArrowDown}')
  await waitFor(async () => expect(await highlighted()).toBe('AAPX Aapex Corp.'))
  await user.keyboard('{Enter}')
  await heading('AAPX')
  expect(address()).toBe('/?symbol=AAPX')
  expect(await box()).not.toHaveFocus()
})

test('"/" is inserted in a text field', async () => {
  const { user } = renderPage()
  await user.type(await box(), 'a/b')
  expect(await box()).toHaveValue('a/b')
})

test('Escape closes the suggestions and keeps the text', async () => {
  const { user } = renderPage()
  await user.type(await box(), 'aap')
  await screen.findByRole('listbox')
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('listbox')).not.toBeInTheDocument()
  expect(await box()).toHaveValue('aap')
})

test('text without matches is submitted as a symbol, trimmed and in upper case', async () => {
  const { user } = renderPage()
  await user.type(await box(), ' brk.b {Enter}')
  await heading('BRK.B')
  expect(address()).toBe('/?symbol=BRK.B')
  expect(await box()).toHaveValue('BRK.B')
})

test("a company's name suffices if it is unambiguous", async () => {
  const { user } = renderPage()
  await user.type(await box(), 'apple{Enter}')
  await heading('AAPL')
  expect(address()).toBe('/?symbol=AAPL')
})

test('an ambiguous name shows the choices, and a second Enter submits the text', async () => {
  searchFinds([
    { symbol: 'GE', name: 'General Electric Co.' },
    { symbol: 'GM', name: 'General Motors Co.' },
  ])
  const { user } = renderPage()
  await user.type(await box(), 'general{Enter}')
  expect(await status(/“general” is not a known symbol. Choose a stock, or press Enter again/)).toBeInTheDocument()
  expect(options('Matching stocks')).toEqual(['GE General Electric Co.', 'GM General Motors Co.'])
  expect(address()).toBe('/')
  await user.keyboard('{Enter}')
  await heading('GENERAL')
})

test('a typing mistake suggests the most similar symbol first', async () => {
  const { user } = renderPage()
  await user.type(await box(), 'aalp')
  expect(await status(/No matches for “aalp”\. Did you mean: AAPL, AAPX/)).toBeInTheDocument()
  expect(screen.getByRole('listbox', { name: 'Similar symbols' })).toBeVisible()
  await user.keyboard('{ArrowDown}{Enter}')
  await heading('AAPL')
  expect(address()).toBe('/?symbol=AAPL')
})

test('ten thousand symbols are loaded page by page, by scrolling and by the arrow key', async () => {
  server.use(...symbolsAre(MANY_SYMBOLS))
  const { user } = renderPage()
  await user.type(await box(), 'b')
  expect(await status(/Top 20 matches/)).toBeInTheDocument()
  fireEvent.scroll(screen.getByRole('listbox'))
  expect(await status(/Top 40 matches/)).toBeInTheDocument()
  await user.keyboard('{ArrowDown>37/}')
  expect(await status(/Top 60 matches/)).toBeInTheDocument()
  await user.keyboard('{ArrowDown>4/}')
  expect(await highlighted()).toContain(MANY_SYMBOLS.filter((symbol) => symbol.startsWith('B'))[40])
})

test('a failed page of matches leaves the loaded ones in place', async () => {
  server.use(...symbolsAre(MANY_SYMBOLS))
  const { user } = renderPage()
  await user.type(await box(), 'b')
  expect(await status(/Top 20 matches/)).toBeInTheDocument()
  server.use(...gatewayIsDown())
  fireEvent.scroll(screen.getByRole('listbox'))
  expect(await status(/The rest could not be loaded: The gateway cannot be reached/)).toBeInTheDocument()
  expect(options('Matching stocks')).toHaveLength(20)
})

test('text typed after Enter is not replaced by the late response', async () => {
  const { user } = renderPage()
  await screen.findByRole('link', { name: 'AAPL' })
  let release = (): void => undefined
  const answer = new Promise<void>((resolve) => {
    release = resolve
  })
  server.use(
    http.get('*/api/stocks', async () => {
      await answer
      return HttpResponse.json({ stocks: [{ symbol: 'AAPL', name: 'Apple Inc.' }], next_cursor: null })
    }),
  )
  await user.type(await box(), 'apple{Enter}bee')
  release()
  expect(await status(/1 stock matches/)).toBeInTheDocument()
  expect(await box()).toHaveValue('applebee')
  expect(address()).toBe('/')
})

test('a late response does not leave the page that was chosen meanwhile', async () => {
  const { user } = renderPage()
  const link = await screen.findByRole('link', { name: 'IBM' })
  let release = (): void => undefined
  const answer = new Promise<void>((resolve) => {
    release = resolve
  })
  const search = vi.fn(async () => {
    await answer
    return HttpResponse.json({ stocks: [{ symbol: 'AAPL', name: 'Apple Inc.' }], next_cursor: null })
  })
  server.use(http.get('*/api/stocks', search))
  await user.type(await box(), 'apple{Enter}')
  await waitFor(() => expect(search).toHaveBeenCalled())
  await user.click(link)
  await heading('IBM')
  release()
  await new Promise((resolve) => setTimeout(resolve, 100)) // until the search has its answer
  expect(address()).toBe('/?symbol=IBM')
})

test('an unreachable gateway is reported, and the text can still be submitted', async () => {
  server.use(...gatewayIsDown())
  const { user } = renderPage('/?symbol=IBM')
  await user.clear(await box())
  await user.type(await box(), 'aapl')
  expect(await status(/The gateway cannot be reached\. No suggestions/)).toBeInTheDocument()
  server.resetHandlers(...handlers)
  await user.type(await box(), '{Enter}')
  await heading('AAPL')
  expect(address()).toBe('/?symbol=AAPL')
})

test('a name is rendered as text, never as HTML', async () => {
  searchFinds([{ symbol: 'EVIL', name: '<img src=x onerror="document.title=1"> Evil' }])
  const { user } = renderPage()
  expect(await screen.findByText('<img src=x onerror="document.title=1"> Evil')).toBeVisible()
  await user.type(await box(), 'img')
  expect(await status(/1 stock matches/)).toBeInTheDocument()
  expect(options('Matching stocks')).toEqual(['EVIL <img src=x onerror="document.title=1"> Evil'])
  expect(document.querySelector('img[src=x]')).toBeNull()
})

test('leaving an empty box restores the symbol on the page', async () => {
  const { user } = renderPage('/?symbol=IBM')
  await user.clear(await box())
  await user.click(document.body)
  expect(await box()).toHaveValue('IBM')
})
