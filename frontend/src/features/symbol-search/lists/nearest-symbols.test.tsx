import { screen, within } from '@testing-library/react'
import { http } from 'msw/http'
import { expect, test } from 'vitest'
import { PROBLEMS, problemResponse, stockFailsWith, symbolsAre } from '@/testing/handlers'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { SYMBOLS } from '@/testing/stocks'

test('a symbol that is not there is answered with the nearest ones', async () => {
  server.use(...symbolsAre(SYMBOLS), stockFailsWith(PROBLEMS.unknownSymbol))
  renderPage('/?symbol=APPL')
  const near = within(await screen.findByRole('navigation', { name: 'Did you mean' }))
  const [first] = near.getAllByRole('link')
  expect(first).toHaveTextContent('AAPL')
  expect(first).toHaveAttribute('href', '/?symbol=AAPL')
  expect(near.getAllByRole('link').length).toBeLessThanOrEqual(4)
})

test('where none is near, all of them are a click away', async () => {
  server.use(...symbolsAre(['AAPL', 'IBM']))
  const { user } = renderPage('/?symbol=ZZZZ')
  expect(await screen.findByText(/No symbol here is like ZZZZ/)).toBeVisible()
  await user.click(screen.getByRole('link', { name: 'See all stocks' }))
  expect(address()).toBe('/')
})

test('where the symbols do not come, all of them are a click away as well', async () => {
  server.use(http.get('*/api/stocks/all', () => problemResponse(PROBLEMS.busy)))
  renderPage('/?symbol=ZZZZ')
  expect(await screen.findByRole('link', { name: 'See all stocks' })).toBeVisible()
})
