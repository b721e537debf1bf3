import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw/http'
import { expect, test, vi } from 'vitest'
import { NO_ADJUSTED_PRICES } from '@/testing/comparisons'
import { gatewayIsDown, handlers, PROBLEMS, stockFailsWith } from '@/testing/handlers'
import { problemResponse, REQUEST_ID } from '@/testing/problems'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { AAPL_STOCK } from '@/testing/stocks'

const heading = (name: string) => screen.findByRole('heading', { level: 2, name })

test('an unknown symbol shows one notice, with the request ID and no retry', async () => {
  renderPage('/?symbol=ZZZZ')
  await heading('ZZZZ')
  await waitFor(() => expect(screen.queryByRole('region', { name: 'Price and forecast' })).not.toBeInTheDocument())
  expect(screen.getByText(REQUEST_ID)).toBeVisible()
  const alert = screen.getByRole('alert')
  expect(alert).toHaveTextContent('Unknown symbol')
  expect(alert).toHaveTextContent('The store has no symbol ZZZZ.')
  expect(screen.queryByRole('button', { name: 'Try again' })).not.toBeInTheDocument()
})

function withoutAdjusted(): Response {
  return HttpResponse.json({ ...AAPL_STOCK, has_adjusted_prices: false })
}

test.each([
  ['exists', '/?symbol=ZZZZ', PROBLEMS.unknownSymbol, () => problemResponse(PROBLEMS.unknownSymbol)],
  ['has adjusted prices', '/?symbol=ZZZZ&adjusted=true', NO_ADJUSTED_PRICES, withoutAdjusted],
])('until the page knows whether a symbol %s, no panel says that it does not', async (_, path, problem, answerStock) => {
  const panelAsked = vi.fn()
  let answer = (): void => undefined
  const isHeld = new Promise<void>((resolve) => {
    answer = resolve
  })
  server.use(
    http.get('*/api/stocks/ZZZZ', async () => {
      await isHeld
      return answerStock()
    }),
    http.get('*/api/stocks/ZZZZ/:what', () => {
      panelAsked()
      return problemResponse(problem)
    }),
  )
  renderPage(path)
  await waitFor(() => expect(panelAsked.mock.calls.length).toBeGreaterThanOrEqual(3))
  await new Promise((resolve) => setTimeout(resolve, 100)) // until the panels have their answers
  expect(screen.queryByRole('alert')).not.toBeInTheDocument()
  answer()
  expect(await screen.findByRole('alert')).toHaveTextContent(problem.title)
})

/** Returns which adjusted answers have been asked for. */
function aaplHasNoAdjustedPrices(): string[] {
  const asked: string[] = []
  server.use(
    http.get('*/api/stocks/AAPL', withoutAdjusted),
    http.get('*/api/stocks/AAPL/:what', ({ request, params }) => {
      if (new URL(request.url).searchParams.get('adjusted') !== 'true') return undefined
      asked.push(String(params.what))
      return problemResponse(NO_ADJUSTED_PRICES)
    }),
  )
  return asked
}

test('a symbol without adjusted prices says so once, and offers those that it has', async () => {
  const asked = aaplHasNoAdjustedPrices()
  const { user } = renderPage('/?symbol=AAPL&adjusted=true')
  expect(await screen.findByRole('alert')).toHaveTextContent('The bars have no adjusted close.')
  expect(screen.getByRole('region', { name: 'Price and forecast' })).toContainElement(screen.getByRole('alert'))
  await user.click(screen.getByRole('button', { name: 'Show unadjusted prices' }))
  expect(await screen.findByRole('region', { name: 'Data' })).toBeVisible()
  expect(screen.queryByRole('alert')).not.toBeInTheDocument()
  expect(address()).toBe('/?symbol=AAPL')
  expect(asked.filter((what) => what === 'bars')).toHaveLength(1)
  expect(asked.filter((what) => what === 'bars')).toHaveLength(1)
})

test('compared with others, a symbol without adjusted prices is left out by the comparison alone', async () => {
  aaplHasNoAdjustedPrices()
  renderPage('/?symbol=AAPL&compare=IBM&adjusted=true')
  expect(await screen.findByText('AAPL is left out.')).toBeVisible()
  expect(screen.getByRole('alert')).toHaveTextContent('Its newest bars have no adjusted close.')
})

test('an unreachable gateway shows one notice, and the page recovers with it', async () => {
  server.use(...gatewayIsDown())
  const { user } = renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('alert')).toHaveTextContent('The gateway cannot be reached')
  expect(screen.getByRole('timer')).toHaveTextContent(/^Retrying in \d s$/)
  server.resetHandlers(...handlers)
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByRole('region', { name: 'Data' })).toBeVisible()
})

test('an offline device shows a notice, and the page recovers when it is online', async () => {
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
  ['an error page of a proxy', '<html>Bad gateway</html>', 502, true],
  ['an unexpected failure', 'Internal Server Error', 500, false],
  ['a response that is not JSON', '<html></html>', 200, false],
])('%s becomes a readable problem', async (_, body, status, isRetried) => {
  server.use(http.get('*/api/stocks/AAPL', () => HttpResponse.text(body, { status })))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('alert')).toHaveTextContent('The gateway returned an invalid response')
  expect(screen.queryByRole('button', { name: 'Try again' }) !== null).toBe(isRetried)
})

test('a rate limit is waited out', async () => {
  const problem = { ...PROBLEMS.busy, type: '/problems/rate-limited', title: 'Too many requests', status: 429 }
  server.use(stockFailsWith(problem, { once: true, retryAfter: 4 }))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('alert')).toHaveTextContent('Retrying automatically.')
  expect(screen.getByRole('timer')).toHaveTextContent('Retrying in 4 s')
  expect(await screen.findByRole('region', { name: 'Data' }, { timeout: 6000 })).toBeVisible()
}, 8000)

test.each([
  ['spaces', ' sesame '],
  ['what no key has', '\u200bsesame”'],
])('if reads require an API key, the page asks for it and sends it from then on, without %s', async (_, typed) => {
  const closed = { ...PROBLEMS.unknownSymbol, type: '/problems/not-authorised', title: 'An API key is needed', status: 401 }
  server.use(
    http.get('*/api/stocks/AAPL', ({ request }) =>
      request.headers.get('x-api-key') === 'sesame' ? HttpResponse.json(AAPL_STOCK) : problemResponse(closed),
    ),
  )
  const { user } = renderPage('/?symbol=AAPL')
  await user.type(await screen.findByLabelText('API key'), typed)
  await user.click(screen.getByRole('button', { name: 'Use this key' }))
  await waitFor(() => expect(screen.queryByRole('alert')).not.toBeInTheDocument())
  expect(await screen.findByRole('region', { name: 'Data' })).toBeVisible()
})

test('an error while rendering a panel stays in that panel', async () => {
  server.use(http.get('*/api/stocks/:symbol/forecast', () => HttpResponse.json({})))
  renderPage('/?symbol=AAPL')
  const panel = within(await screen.findByRole('region', { name: 'Forecast' }))
  expect(await panel.findByRole('alert')).toHaveTextContent('The page could not show this')
  expect(screen.getByRole('region', { name: 'Data' })).toBeVisible()
})

test('an error in the search leaves the rest of the page intact', async () => {
  server.use(http.get('*/api/stocks/all', () => HttpResponse.json({ AAPL: 1 })))
  renderPage('/?symbol=AAPL')
  expect(await screen.findByRole('region', { name: 'Data' })).toBeVisible()
})
