import { fireEvent, screen, within } from '@testing-library/react'
import { http } from 'msw/http'
import { expect, test } from 'vitest'
import { problemResponse } from '@/testing/problems'
import { FILE_IS_UNREADABLE, fileLoadsAre, loadsAre, REPORT, STORE_IS_DOWN } from '@/testing/load-reports'
import { renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import '@/features/load-bars/load-dialog' // so that no test waits for it to compile

const CSV = 'Date,Open,High,Low,Close\n2013-03-01,1,1,1,1\n'
const file = (name: string): File => new File([CSV], name)

async function drop(files: File[]) {
  const items = files.map(() => ({ webkitGetAsEntry: () => ({ isDirectory: false }) }))
  await screen.findByText('Load bars', { selector: 'button' }) // hidden while a dialog is open
  fireEvent.drop(document.body, { dataTransfer: { types: ['Files'], files, items } })
  return within(await screen.findByRole('dialog', { name: 'Load bars' }))
}

test('several files are checked one by one, and those that can be loaded are', async () => {
  const { handler, sent } = loadsAre({ ...REPORT, findings: [] })
  server.use(handler)
  const { user } = renderPage()
  const dialog = await drop([file('aapl.csv'), file('photo.jpg'), file('my prices.csv')])
  expect(dialog.getByText('3 files. Bars are added or corrected; none is removed.')).toBeVisible()
  expect(dialog.getByLabelText('Symbol of aapl.csv')).toHaveValue('AAPL')
  expect(dialog.getByRole('row', { name: /^photo.jpg .* is not a file of bars/ })).toBeVisible()
  const third = dialog.getByLabelText('Symbol of my prices.csv')
  await user.clear(third)
  await user.type(third, 'msft')
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the files' }))
  await user.click(await dialog.findByRole('button', { name: 'Load 2 files' }))
  await dialog.findByRole('button', { name: 'Show AAPL' })
  expect(sent.map(({ symbol, query }) => [symbol, query.dry_run])).toEqual([
    ['AAPL', 'true'],
    ['MSFT', 'true'],
    ['AAPL', 'false'],
    ['MSFT', 'false'],
  ])
  expect(
    dialog.getByRole('row', { name: /^aapl.csv .* AAPL: Loaded: 5 new, 2 corrected, 1 unchanged, 120 rows rejected\.$/ }),
  ).toBeVisible()
})

test('a file that fails does not stop the others', async () => {
  server.use(
    http.put('*/api/bars', ({ request }) =>
      request.url.includes('symbol=BAD') ? problemResponse(FILE_IS_UNREADABLE) : undefined,
    ),
    loadsAre(REPORT).handler,
  )
  const { user } = renderPage()
  const dialog = await drop([file('bad.csv'), file('good.csv')])
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the files' }))
  expect(await dialog.findByRole('button', { name: 'Load 1 file' })).toBeVisible()
  expect(dialog.getByRole('row', { name: new RegExp(`^bad.csv .*${FILE_IS_UNREADABLE.title}`) })).toBeVisible()
})

test('a file with many symbols among several says what becomes of each', async () => {
  const reports = [1, 2, 3, 4, 5, 6].map((n) => ({ ...REPORT, symbol: `S${String(n)}`, n_rejected: 0, findings: [] }))
  const refused = [{ symbol: 'OLD', type: '/problems/history-changed', detail: 'It disagrees.' }]
  server.use(fileLoadsAre({ reports, refused, skipped: ['notes.txt: no bars.'], stopped: null }).handler)
  const { user } = renderPage()
  const dialog = await drop([file('many.csv'), file('prices.csv')])
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the files' }))
  await dialog.findByRole('button', { name: 'Load 2 files' })
  const said = 'OLD: It disagrees. S1: Can be loaded: 5 new, 2 corrected, 1 unchanged.'
  expect(dialog.getAllByText(said, { exact: false })[1]).toHaveTextContent(
    /S4: [^:]*: [^:]*\. And 2 more symbols\. Not read: notes\.txt: no bars\.$/,
  )
})

test('several files of the same names that are dropped again are read anew', async () => {
  const { handler, sent } = loadsAre({ ...REPORT, findings: [] })
  server.use(handler)
  const { user } = renderPage()
  const dialog = await drop([file('aapl.csv'), file('msft.csv')])
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the files' }))
  await dialog.findByRole('button', { name: 'Load 2 files' })
  await drop([new File(['changed'], 'aapl.csv'), file('msft.csv')])
  await user.click(await dialog.findByRole('button', { name: 'Check the files' }))
  await dialog.findByRole('button', { name: 'Load 2 files' })
  expect(sent.map(({ body }) => body)).toEqual([CSV, CSV, 'changed', CSV])
})

test('while several files are loaded, a drop is refused, and Escape stops without closing', async () => {
  const { handler } = loadsAre({ ...REPORT, findings: [] })
  server.use(handler)
  const { user } = renderPage()
  const dialog = await drop([file('aapl.csv'), file('msft.csv')])
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the files' }))
  const load = await dialog.findByRole('button', { name: 'Load 2 files' })
  server.use(http.put('*/api/bars', () => new Promise<never>(() => undefined)))
  await user.click(load)
  await dialog.findByRole('row', { name: /^aapl.csv .* Sending$/ })
  await drop([file('other.csv'), file('another.csv')])
  expect(dialog.getByRole('alert')).toHaveTextContent('Wait for this upload: what you dropped was ignored.')
  await user.keyboard('{Escape}')
  expect(await dialog.findByRole('button', { name: 'Load 1 file' })).toBeVisible()
  expect(dialog.getByRole('row', { name: /^msft.csv .* Can be loaded/ })).toBeVisible()
})

test('of several files, one whose load got no answer is reported as possibly loaded', async () => {
  server.use(loadsAre({ ...REPORT, findings: [] }).handler)
  const { user } = renderPage()
  const dialog = await drop([file('aapl.csv'), file('msft.csv')])
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the files' }))
  const load = await dialog.findByRole('button', { name: 'Load 2 files' })
  server.use(
    http.put('*/api/bars', ({ request }) =>
      request.url.includes('symbol=AAPL') ? problemResponse(STORE_IS_DOWN) : undefined,
    ),
  )
  await user.click(load)
  await dialog.findByRole('button', { name: 'Show MSFT' })
  expect(dialog.getByRole('row', { name: /^aapl.csv .* its bars may have been loaded/ })).toBeVisible()
})
