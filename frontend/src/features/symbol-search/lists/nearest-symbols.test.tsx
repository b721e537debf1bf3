import { screen, within } from '@testing-library/react'
import { http } from 'msw/http'
import { expect, test } from 'vitest'
import { PROBLEMS, stockFailsWith, symbolsAre } from '@/testing/handlers'
import { problemResponse } from '@/testing/problems'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { SYMBOLS } from '@/testing/stocks'

test('an unknown symbol shows the most similar ones', async () => {
  server.use(...symbolsAre(SYMBOLS), stockFailsWith(PROBLEMS.unknownSymbol))
  renderPage('/?symbol=APPL')
  const near = within(await screen.findByRole('navigation', { name: 'Did you mean' }))
  const [first] = near.getAllByRole('link')
  expect(first).toHaveTextContent('AAPL')
  expect(first).toHaveAttribute('href', '/?symbol=AAPL')
  expect(near.getAllByRole('link').length).toBeLessThanOrEqual(4)
})

test('without a similar symbol, there is a link to all stocks', async () => {
  server.use(...symbolsAre(['AAPL', 'IBM']))
  const { user } = renderPage('/?symbol=ZZZZ')
  expect(await screen.findByText(/No symbol resembles ZZZZ/)).toBeVisible()
  await user.click(screen.getByRole('link', { name: 'See all stocks' }))
  expect(address()).toBe('/')
})

test('if the symbols cannot be loaded, there is a link to all stocks', async () => {
  server.use(http.get('*/api/stocks/all', () => problemResponse(PROBLEMS.busy)))
  renderPage('/?symbol=ZZZZ')
  expect(await screen.findByRole('link', { name: 'See all stocks' })).toBeVisible()
})
