import { fireEvent, screen, within } from '@testing-library/react'
import { http } from 'msw/http'
import { expect, test } from 'vitest'
import { problemResponse } from '@/testing/problems'
import { FILE_IS_UNREADABLE, loadsAre, REPORT, STORE_IS_DOWN } from '@/testing/load-reports'
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
  expect(dialog.getByText(/^3 files, each with the bars of one symbol/)).toBeVisible()
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
    dialog.getByRole('row', { name: /^aapl.csv .* Loaded: 5 new, 2 corrected, 1 unchanged, 120 rows rejected\.$/ }),
  ).toBeVisible()
})

test('a file that fails does not stop the others', async () => {
  server.use(
    http.put('*/api/stocks/BAD/bars', () => problemResponse(FILE_IS_UNREADABLE)),
    loadsAre(REPORT).handler,
  )
  const { user } = renderPage()
  const dialog = await drop([file('bad.csv'), file('good.csv')])
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the files' }))
  expect(await dialog.findByRole('button', { name: 'Load 1 file' })).toBeVisible()
  expect(dialog.getByRole('row', { name: new RegExp(`^bad.csv .*${FILE_IS_UNREADABLE.title}`) })).toBeVisible()
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
  server.use(http.put('*/api/stocks/:symbol/bars', () => new Promise<never>(() => undefined)))
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
  server.use(http.put('*/api/stocks/AAPL/bars', () => problemResponse(STORE_IS_DOWN)))
  await user.click(load)
  await dialog.findByRole('button', { name: 'Show MSFT' })
  expect(dialog.getByRole('row', { name: /^aapl.csv .* its bars may have been loaded/ })).toBeVisible()
})
