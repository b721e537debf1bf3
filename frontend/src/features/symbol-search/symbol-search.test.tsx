import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw/http'
import { expect, test } from 'vitest'
import type { StockSummary } from '@/api/gen/types.gen'
import { gatewayIsDown, handlers, symbolsAre } from '@/testing/handlers'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { UNIVERSE } from '@/testing/universe'

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

test('a person types part of a symbol, sees what matches and picks it', async () => {
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

test('the keyboard is enough: "/" goes to the box, arrows choose, Enter submits', async () => {
  const { user } = renderPage('/?symbol=IBM')
  await heading('IBM')
  await user.keyboard('/')
  expect(await box()).toHaveFocus()
  await user.keyboard('aap')
  await screen.findByRole('option', { name: 'AAPX Aapex Corp.' })
  await user.keyboard('{ArrowDown}{ArrowDown}')
  await waitFor(async () => {
    expect(await highlighted()).toBe('AAPX Aapex Corp.')
  })
  await user.keyboard('{Enter}')
  await heading('AAPX')
  expect(address()).toBe('/?symbol=AAPX')
  expect(await box()).not.toHaveFocus()
})

test('"/" is typed where text is typed', async () => {
  const { user } = renderPage()
  await user.type(await box(), 'a/b')
  expect(await box()).toHaveValue('a/b')
})

test('Escape closes and keeps what was typed', async () => {
  const { user } = renderPage()
  await user.type(await box(), 'aap')
  await screen.findByRole('listbox')
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('listbox')).not.toBeInTheDocument()
  expect(await box()).toHaveValue('aap')
})

test('what matches nothing is submitted as a symbol, trimmed and upper-cased', async () => {
  const { user } = renderPage()
  await user.type(await box(), ' brk.b {Enter}')
  await heading('BRK.B')
  expect(address()).toBe('/?symbol=BRK.B')
  expect(await box()).toHaveValue('BRK.B')
})

test("a company's name is enough where it is one company's", async () => {
  const { user } = renderPage()
  await user.type(await box(), 'apple{Enter}')
  await heading('AAPL')
  expect(address()).toBe('/?symbol=AAPL')
})

test('where several are meant as well a person chooses, or asks again for what was typed', async () => {
  searchFinds([
    { symbol: 'GE', name: 'General Electric Co.' },
    { symbol: 'GM', name: 'General Motors Co.' },
  ])
  const { user } = renderPage()
  await user.type(await box(), 'general{Enter}')
  expect(await status(/“general” is not a symbol here. Choose a stock, or press Enter again/)).toBeInTheDocument()
  expect(options('Matching stocks')).toEqual(['GE General Electric Co.', 'GM General Motors Co.'])
  expect(address()).toBe('/')
  await user.keyboard('{Enter}')
  await heading('GENERAL')
})

test('a slip offers the nearest symbol first', async () => {
  const { user } = renderPage()
  await user.type(await box(), 'aalp')
  expect(await status(/Nothing matches “aalp”\. Did you mean: AAPL, AAPX/)).toBeInTheDocument()
  expect(screen.getByRole('listbox', { name: 'Nearest symbols' })).toBeVisible()
  await user.keyboard('{ArrowDown}{Enter}')
  await heading('AAPL')
  expect(address()).toBe('/?symbol=AAPL')
})

test('ten thousand symbols come page by page, by scrolling and by the arrow key', async () => {
  server.use(...symbolsAre(UNIVERSE))
  const { user } = renderPage()
  await user.type(await box(), 'b')
  expect(await status(/The best 20 matches/)).toBeInTheDocument()
  fireEvent.scroll(screen.getByRole('listbox'))
  expect(await status(/The best 40 matches/)).toBeInTheDocument()
  await user.keyboard('{ArrowDown>37/}')
  expect(await status(/The best 60 matches/)).toBeInTheDocument()
  await user.keyboard('{ArrowDown>4/}')
  expect(await highlighted()).toContain(UNIVERSE.filter((symbol) => symbol.startsWith('B'))[40])
})

test('a page of matches that does not come leaves those that did', async () => {
  server.use(...symbolsAre(UNIVERSE))
  const { user } = renderPage()
  await user.type(await box(), 'b')
  expect(await status(/The best 20 matches/)).toBeInTheDocument()
  server.use(...gatewayIsDown())
  fireEvent.scroll(screen.getByRole('listbox'))
  expect(await status(/The rest could not be loaded: The gateway cannot be reached/)).toBeInTheDocument()
  expect(options('Matching stocks')).toHaveLength(20)
})

test('what is typed after Enter, while the answer is on its way, is not overtaken by it', async () => {
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
  expect(await status(/One stock matches/)).toBeInTheDocument()
  expect(await box()).toHaveValue('applebee')
  expect(address()).toBe('/')
})

test('a gateway that is down is said to be down, and typing goes on', async () => {
  server.use(...gatewayIsDown())
  const { user } = renderPage('/?symbol=IBM')
  await user.clear(await box())
  await user.type(await box(), 'aapl')
  expect(await status(/The gateway cannot be reached\. There are no suggestions/)).toBeInTheDocument()
  server.resetHandlers(...handlers)
  await user.type(await box(), '{Enter}')
  await heading('AAPL')
  expect(address()).toBe('/?symbol=AAPL')
})

test('a name is text, whatever is in it', async () => {
  searchFinds([{ symbol: 'EVIL', name: '<img src=x onerror="document.title=1"> Evil' }])
  const { user } = renderPage()
  expect(await screen.findByText('<img src=x onerror="document.title=1"> Evil')).toBeVisible()
  await user.type(await box(), 'img')
  expect(await status(/One stock matches/)).toBeInTheDocument()
  expect(options('Matching stocks')).toEqual(['EVIL <img src=x onerror="document.title=1"> Evil'])
  expect(document.querySelector('img[src=x]')).toBeNull()
})

test('an empty box holds the symbol that is shown again once it is left', async () => {
  const { user } = renderPage('/?symbol=IBM')
  await user.clear(await box())
  await user.click(document.body)
  expect(await box()).toHaveValue('IBM')
})
