import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw/http'
import { expect, test, vi } from 'vitest'
import { rememberAccessKey } from '@/api/access-key'
import { stockIs, symbolsAre } from '@/testing/handlers'
import { renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { AAPL_BARS, AAPL_STOCK, SYMBOLS } from '@/testing/stocks'

const card = async () => within(await screen.findByRole('region', { name: 'Data' }))

async function facts(): Promise<Record<string, string>> {
  const terms = await (await card()).findAllByRole('term')
  return Object.fromEntries(terms.map((term) => [term.textContent, term.nextElementSibling?.textContent ?? '']))
}

test('the card describes the bars and their source', async () => {
  renderPage('/?symbol=AAPL')
  expect(await facts()).toEqual({
    Sessions: '27 Jul 2010 – 2 Apr 2011',
    Bars: '250',
    Source: 'sample',
    Revision: 'a1b2c3d4',
    Loaded: '24 Nov 2026, 09:30 UTC',
  })
  const link = (await card()).getByRole('link', { name: 'Bars as CSV' })
  expect(link).toHaveAttribute('href', '/api/stocks/AAPL/bars?format=csv')
  const workbook = (await card()).getByRole('link', { name: 'Bars as Excel' })
  expect(workbook).toHaveAttribute('href', '/api/stocks/AAPL/bars?format=xlsx')
})

test('with a key, which a link would not send, the bars are fetched and saved under their name', async () => {
  const keys: (string | null)[] = []
  server.use(
    http.get('*/api/stocks/:symbol/bars', ({ request }) => {
      if (!request.url.includes('xlsx')) return HttpResponse.json(AAPL_BARS)
      keys.push(request.headers.get('x-api-key'))
      return new HttpResponse('a workbook', { headers: { 'Content-Disposition': 'attachment; filename="AAPL.xlsx"' } })
    }),
  )
  const saved: string[] = []
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download)
  })
  URL.createObjectURL = () => 'blob:workbook'
  rememberAccessKey('a-key')
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await (await card()).findByRole('link', { name: 'Bars as Excel' }))
  await waitFor(() => expect(saved).toEqual(['AAPL.xlsx']))
  expect(keys).toEqual(['a-key'])
})

test('data problems are listed with their sessions', async () => {
  renderPage('/?symbol=AAPL')
  expect(await (await card()).findByRole('list', { name: 'Data problems' })).toHaveTextContent(
    '2 jumps look like unadjusted splits. Use adjusted prices (adjusted=true). On 21 Jun 2000, 28 Feb 2005.',
  )
})

test('three sessions of a problem are named, if it has any', async () => {
  const sessions = ['2010-07-27', '2010-07-28', '2010-07-29', '2010-07-30']
  const findings = [
    { code: 'missing_sessions', detail: '4 sessions of XNYS have no bar.', count: 4, sessions },
    { code: 'short_history', detail: '196 bars, less than one year.', count: 196, sessions: [] },
  ]
  server.use(...symbolsAre(SYMBOLS), stockIs({ ...AAPL_STOCK, findings }))
  renderPage('/?symbol=AAPL')
  const found = await (await card()).findAllByRole('listitem')
  expect(found.map((item) => item.textContent.trim())).toEqual([
    '4 sessions of XNYS have no bar. Among them 28 Jul 2010, 29 Jul 2010, 30 Jul 2010.',
    '196 bars, less than one year.',
  ])
})

test('bars of another tool and bars without problems are described', async () => {
  server.use(...symbolsAre(SYMBOLS), stockIs({ ...AAPL_STOCK, source: null, loaded_at: null, findings: [] }))
  renderPage('/?symbol=AAPL')
  expect(await facts()).toMatchObject({ Source: 'another tool', Loaded: 'by another tool' })
  expect((await card()).getByText('No data problems found.')).toBeVisible()
})
