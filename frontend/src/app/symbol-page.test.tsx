import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw/http'
import { expect, test, vi } from 'vitest'
import { gatewayIsDown, handlers, problemResponse, PROBLEMS, REQUEST_ID, stockFailsWith } from '@/testing/handlers'
import { renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { AAPL_STOCK } from '@/testing/stocks'

const heading = (name: string) => screen.findByRole('heading', { level: 2, name })

test('an unknown symbol is one notice, with the request id and nothing to try again', async () => {
  renderPage('/?symbol=ZZZZ')
  await heading('ZZZZ')
  const alert = await screen.findByRole('alert')
  expect(alert).toHaveTextContent('Unknown symbol')
  expect(alert).toHaveTextContent('The store has no symbol ZZZZ.')
  expect(screen.getByText(REQUEST_ID)).toBeVisible()
  expect(screen.getAllByRole('alert')).toHaveLength(1)
  expect(screen.queryByRole('button', { name: 'Try again' })).not.toBeInTheDocument()
})

test('a gateway that is down is one notice, and the page goes on when it is back', async () => {
  server.use(...gatewayIsDown())
  const { user } = renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('alert')).toHaveTextContent('The gateway cannot be reached')
  expect(screen.getByRole('timer')).toHaveTextContent(/^Asking again in \d s$/)
  server.resetHandlers(...handlers)
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByRole('region', { name: 'Data' })).toBeVisible()
})

test('a device that is offline is told so, and the page goes on when it is connected', async () => {
  const online = vi.spyOn(window.navigator, 'onLine', 'get').mockReturnValue(false)
  server.use(...gatewayIsDown())
  renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('alert')).toHaveTextContent('This device is offline')
  server.resetHandlers(...handlers)
  online.mockReturnValue(true)
  window.dispatchEvent(new Event('offline'))
  window.dispatchEvent(new Event('online'))
  expect(await screen.findByRole('region', { name: 'Data' })).toBeVisible()
})

test.each([
  ['a page of a proxy', '<html>Bad gateway</html>', 502, true],
  ['an unexpected failure', 'Internal Server Error', 500, false],
  ['an answer that is no JSON', '<html></html>', 200, false],
])('%s becomes a problem that can be read', async (_, body, status, isRetried) => {
  server.use(http.get('*/api/stocks/AAPL', () => HttpResponse.text(body, { status })))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('alert')).toHaveTextContent('an answer that this page cannot read')
  expect(screen.queryByRole('button', { name: 'Try again' }) !== null).toBe(isRetried)
})

test('too many requests are waited out', async () => {
  const problem = { ...PROBLEMS.busy, type: '/problems/rate-limited', title: 'Too many requests', status: 429 }
  server.use(stockFailsWith(problem, { once: true, retryAfter: 4 }))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('alert')).toHaveTextContent('It goes on by itself in a moment.')
  expect(screen.getByRole('timer')).toHaveTextContent('Asking again in 4 s')
  expect(await screen.findByRole('region', { name: 'Data' }, { timeout: 6000 })).toBeVisible()
}, 8000)

test('a service whose reads need a key asks for it, and sends it from then on', async () => {
  const closed = { ...PROBLEMS.unknownSymbol, type: '/problems/not-authorised', title: 'An API key is needed', status: 401 }
  server.use(
    http.get('*/api/stocks/AAPL', ({ request }) =>
      request.headers.get('x-api-key') === 'sesame' ? HttpResponse.json(AAPL_STOCK) : problemResponse(closed),
    ),
  )
  const { user } = renderPage('/?symbol=AAPL')
  await user.type(await screen.findByLabelText('API key'), ' sesame ')
  await user.click(screen.getByRole('button', { name: 'Use this key' }))
  await waitFor(() => {
    expect(screen.queryByRole('alert')).not.toBeInTheDocument()
  })
  expect(await screen.findByRole('region', { name: 'Data' })).toBeVisible()
})

test('what breaks in the page itself stays in its panel', async () => {
  server.use(http.get('*/api/stocks/:symbol/forecast', () => HttpResponse.json({})))
  renderPage('/?symbol=AAPL')
  const panel = within(await screen.findByRole('region', { name: 'Looking ahead' }))
  expect(await panel.findByRole('alert')).toHaveTextContent('The page could not show this')
  expect(screen.getByRole('region', { name: 'Data' })).toBeVisible()
})

test('what breaks in the search leaves the rest to be read', async () => {
  server.use(http.get('*/api/stocks/all', () => HttpResponse.json({ AAPL: 1 })))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('region', { name: 'Data' })).toBeVisible()
})
