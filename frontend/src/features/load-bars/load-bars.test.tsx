import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import type { UserEvent } from '@testing-library/user-event'
import { http, HttpResponse } from 'msw/http'
import { expect, test } from 'vitest'
import { symbolsAre } from '@/testing/handlers'
import { REQUEST_ID } from '@/testing/problems'
import {
  FILE_IS_UNREADABLE,
  IS_TOO_LARGE,
  KEY_IS_UNKNOWN,
  loadsAre,
  loadsFailWith,
  REPORT,
  STORE_IS_DOWN,
} from '@/testing/load-reports'
import { renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { AAPL_STOCK } from '@/testing/stocks'
import './load-dialog' // so that no test waits for it to compile

const CSV = 'Date,Open,High,Low,Close\n2013-03-01,1,1,1,1\n'
const file = (name = 'newco.csv'): File => new File([CSV], name)

async function openDialog(user: UserEvent) {
  await user.click(await screen.findByRole('button', { name: 'Load bars' }))
  return within(await screen.findByRole('dialog', { name: 'Load bars' }))
}

async function checkFile(user: UserEvent, chosen = file()) {
  const dialog = await openDialog(user)
  await user.upload(dialog.getByLabelText('Choose files'), chosen)
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the file' }))
  return dialog
}

test('a file is checked with the settings of the form, and loaded only after confirmation', async () => {
  const { handler, sent } = loadsAre(REPORT)
  server.use(handler)
  const { user } = renderPage('/?symbol=AAPL')
  const dialog = await openDialog(user)
  expect(dialog.getByLabelText('Symbol')).toHaveValue('AAPL')
  expect(dialog.getByLabelText('Symbol')).toHaveAttribute('title', '1 to 15 letters, digits and . - ^ = &')
  await user.upload(dialog.getByLabelText('Choose files'), file())
  expect(dialog.getByText('newco.csv')).toBeVisible()
  expect(dialog.getByLabelText('Symbol')).toHaveValue('NEWCO')
  await user.type(dialog.getByLabelText('Company (optional)'), 'New & Co')
  await user.selectOptions(dialog.getByLabelText('Date format'), '01-03-2013, day first')
  await user.type(dialog.getByLabelText('API key'), ' the-key ')
  await user.click(dialog.getByRole('button', { name: 'Check the file' }))

  expect(await dialog.findByRole('heading', { name: 'Nothing has been loaded yet' })).toHaveFocus()
  const query = { mode: 'upsert', dry_run: 'true', name: 'New & Co', date_format: 'dmy' }
  expect(sent).toEqual([{ symbol: 'NEWCO', query, key: 'the-key', contentType: 'text/csv', body: CSV }])
  await user.click(dialog.getByRole('button', { name: 'Load 8 bars' }))
  expect(await dialog.findByRole('button', { name: 'Show NEWCO' })).toHaveFocus()
  expect(sent[1]?.query).toEqual({ ...query, dry_run: 'false' })
})

test('another file keeps neither the symbol that the one before named nor its company', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  const dialog = await openDialog(user)
  const [symbol, company] = [dialog.getByLabelText('Symbol'), dialog.getByLabelText('Company (optional)')]
  await user.upload(dialog.getByLabelText('Choose files'), file('goog.csv'))
  await user.type(company, 'Google Inc.')
  await user.upload(dialog.getByLabelText('Choose other files'), file('msft.csv'))
  expect(symbol).toHaveValue('MSFT')
  expect(company).toHaveValue('')
  await user.upload(dialog.getByLabelText('Choose other files'), file('prices.csv'))
  expect(symbol).toHaveValue('')
  await user.type(symbol, 'IBM')
  await user.type(company, 'Machines')
  await user.upload(dialog.getByLabelText('Choose other files'), file('prices.csv'))
  expect(symbol).toHaveValue('IBM')
  expect(company).toHaveValue('Machines')
})

test('the report shows what happens to each row', async () => {
  server.use(loadsAre(REPORT).handler)
  const { user } = renderPage()
  const dialog = await checkFile(user)
  expect(await dialog.findByText(/8 of 128 rows can be loaded; the others would be rejected/)).toBeVisible()
  expect(dialog.getByText(/NEWCO has 3 bars and would have 8\./)).toBeVisible()
  const counts = dialog.getAllByRole('term').map((term) => `${term.textContent} ${term.nextSibling?.textContent ?? ''}`)
  expect(counts).toEqual(['New 5', 'Corrected 2', 'Unchanged 1', 'Rejected 120'])
  const reasons = within(dialog.getByRole('region', { name: '120 rejected rows' }))
  expect(reasons.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    '80 rows: The high is below the open, low or close.',
    '40 rows: The date is missing or cannot be read.',
  ])
  await user.click(reasons.getByText('Show rows'))
  const rows = reasons.getByRole('table', { name: /^First 100 of 120/ })
  expect(within(rows).getAllByRole('row')).toHaveLength(101)
  expect(within(rows).getByRole('row', { name: /^2 1 Mar 2013 The high is below/ })).toBeVisible()
  expect(within(rows).getByRole('row', { name: /^4 – The date is missing/ })).toBeVisible()
  expect(dialog.getByText(/27 Feb 2013, 28 Feb 2013 and 10 more/)).toBeVisible()
})

test('a file without a valid bar cannot be loaded', async () => {
  server.use(loadsAre({ ...REPORT, inserted: 0, updated: 0, unchanged: 0 }).handler)
  const { user } = renderPage()
  const dialog = await checkFile(user)
  expect(await dialog.findByText(/None of the 120 rows can be loaded/)).toBeVisible()
  expect(dialog.queryByRole('button', { name: /^Load/ })).not.toBeInTheDocument()
  await user.click(dialog.getByRole('button', { name: 'Back' }))
  expect(dialog.getByText('newco.csv')).toBeVisible()
})

test('bars are removed only after confirmation, where Cancel has the focus', async () => {
  const { handler, sent } = loadsAre({ ...REPORT, mode: 'replace', removed: 3000, n_bars: 8 })
  server.use(handler)
  const { user } = renderPage()
  const dialog = await openDialog(user)
  await user.click(dialog.getByLabelText('Replace all'))
  await user.upload(dialog.getByLabelText('Choose files'), file())
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the file' }))
  await user.click(await dialog.findByRole('button', { name: 'Load 8 bars' }))
  const question = await screen.findByRole('alertdialog', { name: 'Replace the bars of NEWCO?' })
  expect(await within(question).findByText(/NEWCO has 3,003 bars, from 27 Jul 2010 to 2 Apr 2011/)).toBeVisible()
  expect(question).toHaveTextContent('3,000 bars would be removed')
  await user.keyboard('{Enter}')
  expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument()
  expect(sent).toHaveLength(1)
  await user.click(dialog.getByRole('button', { name: 'Load 8 bars' }))
  await user.click(await screen.findByRole('button', { name: 'Remove 3,000 bars and load 8 bars' }))
  expect(await dialog.findByText(/^Loaded 8 bars/)).toBeVisible()
  expect(sent[1]?.query).toEqual({ mode: 'replace', dry_run: 'false' })
})

test('the data of the symbol is refetched after a load, and not before', async () => {
  const requested: string[] = []
  const stock = http.get<{ symbol: string }>('*/api/stocks/:symbol', ({ params: { symbol } }) => {
    requested.push(symbol)
    return HttpResponse.json({ ...AAPL_STOCK, symbol })
  })
  server.use(...symbolsAre(['NEWCO']), stock, loadsAre(REPORT).handler)
  const { user } = renderPage('/?symbol=NEWCO')
  const dialog = await checkFile(user)
  await dialog.findByRole('button', { name: 'Load 8 bars' })
  expect(requested).toEqual(['NEWCO'])
  await user.click(dialog.getByRole('button', { name: 'Load 8 bars' }))
  await waitFor(() => expect(requested).toEqual(['NEWCO', 'NEWCO']))
  await user.click(await dialog.findByRole('button', { name: 'Show NEWCO' }))
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Load bars' })).toHaveFocus()
})

test('an unknown key marks its field and keeps the input; a valid one is remembered', async () => {
  server.use(loadsFailWith(KEY_IS_UNKNOWN))
  const { user } = renderPage()
  const dialog = await checkFile(user)
  expect(await dialog.findByRole('alert')).toHaveTextContent('Check the API key: it is not valid here.')
  const key = dialog.getByLabelText('API key')
  expect(key).toHaveFocus()
  expect(key).toBeInvalid()
  expect(key).toHaveAccessibleDescription(/not valid here.*\.local\/api-key/s)
  expect(dialog.getByText(REQUEST_ID)).toBeVisible()
  expect(dialog.getByText('newco.csv')).toBeVisible()
  expect(sessionStorage).toHaveLength(0)
  server.use(loadsAre(REPORT).handler)
  await user.clear(key)
  await user.type(key, 'another-key')
  await user.click(dialog.getByRole('button', { name: 'Check the file' }))
  expect(await dialog.findByRole('button', { name: 'Load 8 bars' })).toBeVisible()
  await user.keyboard('{Escape}')
  expect((await openDialog(user)).getByLabelText('API key')).toHaveValue('another-key')
})

test.each([FILE_IS_UNREADABLE, IS_TOO_LARGE, STORE_IS_DOWN])('“$title” is shown in the form', async (problem) => {
  server.use(loadsFailWith(problem))
  const { user } = renderPage()
  const dialog = await checkFile(user)
  const alert = await dialog.findByRole('alert')
  expect(alert).toHaveTextContent(problem.title)
  expect(alert).toHaveTextContent(problem.detail)
  expect(dialog.getByText(REQUEST_ID)).toBeVisible()
  expect(dialog.getByText('newco.csv')).toBeVisible()
  expect(dialog.queryAllByText('/query/name')).toHaveLength(problem.errors?.length ?? 0)
  expect(document.querySelector('script, b')).toBeNull()
})

test('a load with an unknown outcome is reported as possibly done', async () => {
  server.use(loadsAre(REPORT).handler)
  const { user } = renderPage()
  const dialog = await checkFile(user)
  server.use(loadsFailWith(STORE_IS_DOWN))
  await user.click(await dialog.findByRole('button', { name: 'Load 8 bars' }))
  expect(await dialog.findByText('The store is not available')).toBeVisible()
  expect(dialog.getByText(/its bars may have been loaded/)).toBeVisible()
})

test.each([
  ['text instead of a file', [], null],
  ['a folder', [file('bars')], 'bars is a folder. Drop the files in it.'],
])('dropping %s', async (_, files, refusal) => {
  renderPage()
  const types = files.length > 0 ? ['Files'] : ['text/plain']
  const items = files.map(({ name }) => ({ webkitGetAsEntry: () => ({ isDirectory: name === 'bars' }) }))
  const dataTransfer = { types, files, items }
  await screen.findByRole('button', { name: 'Load bars' })
  fireEvent.dragEnter(document.body, { dataTransfer })
  expect(screen.queryAllByText('Drop files to check their bars')).toHaveLength(refusal === null ? 0 : 1)
  fireEvent.drop(document.body, { dataTransfer })
  expect(screen.queryByText('Drop files to check their bars')).not.toBeInTheDocument()
  if (refusal === null) expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  else expect(await screen.findByRole('alert')).toHaveTextContent(refusal)
})

async function drop(files: File[]) {
  const items = files.map(() => ({ webkitGetAsEntry: () => ({ isDirectory: false }) }))
  await screen.findByRole('button', { name: 'Load bars' })
  fireEvent.drop(document.body, { dataTransfer: { types: ['Files'], files, items } })
  return within(await screen.findByRole('dialog', { name: 'Load bars' }))
}

test('a file of another type or size is refused before anything is sent', async () => {
  const { handler, sent } = loadsAre(REPORT)
  server.use(handler)
  const { user } = renderPage()
  const dialog = await drop([file('photo.jpg')])
  expect(await dialog.findByRole('alert')).toHaveTextContent('photo.jpg is not a file of bars')
  await user.upload(dialog.getByLabelText('Choose files'), new File([''], 'empty.csv'))
  expect(await dialog.findByText('empty.csv is empty.')).toBeVisible()
  expect(sent).toEqual([])
})
