import { screen, waitFor } from '@testing-library/react'
import { http, HttpResponse } from 'msw/http'
import { expect, test } from 'vitest'
import { rememberSymbol } from '@/features/symbol-search/lists/recent-symbols'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import '@/features/leaderboard/leaderboard-page' // so that no test waits for it to compile
import '@/features/screener/screener-page'

test('the header links to the pages and marks the current one', async () => {
  const { user } = renderPage('/')
  await user.click(screen.getByRole('link', { name: 'Screener' }))
  expect(await screen.findByRole('heading', { level: 2, name: 'Screener' })).toBeVisible()
  expect(screen.getByRole('link', { name: 'Screener' })).toHaveAttribute('aria-current', 'page')
  await user.click(screen.getByRole('link', { name: 'Leaderboard' }))
  expect(await screen.findByRole('heading', { level: 2, name: 'Leaderboard' })).toBeVisible()
  expect(address()).toBe('/leaderboard')
})

test('a slash at the end changes nothing', async () => {
  renderPage('/screener/')
  expect(await screen.findByRole('heading', { level: 2, name: 'Screener' })).toBeVisible()
})

test('an unknown path is told, with a title and links', () => {
  renderPage('/screeners')
  expect(screen.getByRole('heading', { name: 'Page not found' })).toBeVisible()
  expect(document.title).toBe('Page not found – Bellwether')
})

test.each(['Screener', 'IBM'])('a page that could not be shown is left for %s', async (name) => {
  server.use(http.get('*/api/stocks/AAPL', () => HttpResponse.json({})))
  rememberSymbol({ symbol: 'IBM', name: null })
  const { user } = renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('alert')).toHaveTextContent('The page could not show this')
  if (name === 'IBM') await user.click(screen.getByRole('combobox', { name: 'Stock symbol' }))
  await user.click(await screen.findByRole(name === 'IBM' ? 'option' : 'link', { name }))
  expect(await screen.findByRole('heading', { level: 2, name })).toBeVisible()
})

test('after a link that is gone the focus is in the new page', async () => {
  const { user } = renderPage('/')
  const link = await screen.findByRole('link', { name: 'IBM' })
  link.focus()
  await user.keyboard('{Enter}')
  await screen.findByRole('heading', { level: 2, name: 'IBM' })
  await waitFor(() => expect(screen.getByRole('main')).toHaveFocus())
})

test('a link that is still there keeps the focus', async () => {
  const { user } = renderPage('/screener')
  const preset = await screen.findByRole('link', { name: 'Unusually wide for itself' })
  preset.focus()
  await user.keyboard('{Enter}')
  await waitFor(() => expect(preset).toHaveAttribute('aria-current', 'page'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(preset).toHaveFocus()
})
