import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { FileReport } from '@/api/load-bars'
import { fileLoadsAre, loadsFailWith, KEY_IS_UNKNOWN, REPORT } from '@/testing/load-reports'
import { renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import '@/features/load-bars/load-dialog' // so that no test waits for it to compile

const NOTE = "'Last' was not read: 'Close' is the close."
const clean = { ...REPORT, rejected: [], n_rejected: 0, rejected_by_code: [], findings: [] }
const FILE: FileReport = {
  reports: [
    { ...clean, symbol: 'AAPL', notes: [NOTE, 'BRK/B is stored as BRK-B.'], removed: 3 },
    { ...REPORT, symbol: 'MSFT', notes: [NOTE] },
  ],
  refused: [{ symbol: 'GOOG', type: '/problems/history-changed', detail: 'GOOG: 9 of 9 sessions have other prices.' }],
  skipped: ['README: The file has no rows.'],
  stopped: null,
}

async function checkFile(path = '/', name = 'two_tickers.csv') {
  const { user } = renderPage(path)
  await user.click(await screen.findByRole('button', { name: 'Load bars' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Load bars' }))
  await user.upload(dialog.getByLabelText('Choose files'), new File(['Date'], name))
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the file' }))
  return { user, dialog }
}

test('every symbol of a file is previewed, and all are loaded', async () => {
  const { handler, queries } = fileLoadsAre(FILE)
  server.use(handler)
  const { user, dialog } = await checkFile()
  expect(await dialog.findByRole('heading', { name: 'Nothing has been loaded yet' })).toHaveFocus()
  expect(dialog.getByText('16 bars of 2 symbols can be loaded; 120 rows rejected; 1 symbol refused.')).toBeVisible()
  const notes = dialog.getByRole('region', { name: 'How the file was read' })
  expect(within(notes).getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    NOTE,
    'Not read: README: The file has no rows.',
  ])
  const rows = within(dialog.getByRole('table')).getAllByRole('row').slice(1)
  expect(rows.map(({ textContent }) => textContent)).toEqual([
    'GOOGGOOG: 9 of 9 sessions have other prices.',
    'AAPLCan be loaded: 5 new, 2 corrected, 1 unchanged, 3 removed. BRK/B is stored as BRK-B.',
    'MSFTCan be loaded: 5 new, 2 corrected, 1 unchanged, 120 rows rejected. 12 sessions of XNYS have no bar.',
  ])
  await user.click(dialog.getByRole('button', { name: 'Load 2 symbols' }))
  const question = within(await screen.findByRole('alertdialog', { name: 'Replace the bars of 2 symbols?' }))
  expect(question.getByText(/^3 bars$/)).toBeVisible()
  await user.click(question.getByRole('button', { name: 'Remove 3 bars and load 16 bars' }))
  expect(await dialog.findByRole('heading', { name: 'Loaded 2 symbols' })).toHaveFocus()
  expect(dialog.getByText('Loaded: 5 new', { exact: false, selector: 'tr:nth-child(2) td' })).toBeVisible()
  expect(queries.map(({ symbol, dry_run: isDry }) => [symbol, isDry])).toEqual([
    ['TWO', 'true'],
    ['TWO', 'false'],
  ])
  await user.click(dialog.getByRole('button', { name: 'Show AAPL' }))
  expect(await screen.findByRole('heading', { level: 2, name: 'AAPL' })).toBeVisible()
})

test('what was not reached in time is said', async () => {
  server.use(fileLoadsAre({ ...FILE, stopped: 'There was no time left for the rest of the file.' }).handler)
  const { dialog } = await checkFile()
  expect(await dialog.findByText('There was no time left for the rest of the file.')).toBeVisible()
})

test('a long list of symbols is shown in parts', async () => {
  const reports = Array.from({ length: 120 }, (_, i) => ({ ...clean, symbol: `S${String(i)}` }))
  server.use(fileLoadsAre({ ...FILE, reports, refused: [] }).handler)
  const { user, dialog } = await checkFile()
  await user.click(await dialog.findByRole('button', { name: 'Show more symbols' }))
  expect(within(dialog.getByRole('table')).getAllByRole('row')).toHaveLength(101)
  expect(dialog.getByText('100 of 120 shown')).toBeVisible()
})

test('the only symbol of a file, if it is refused, is explained in full', async () => {
  const { refused } = FILE
  server.use(fileLoadsAre({ ...FILE, reports: [], refused }).handler, loadsFailWith(KEY_IS_UNKNOWN))
  const { dialog } = await checkFile()
  expect(await dialog.findByText(KEY_IS_UNKNOWN.detail)).toBeVisible()
})

test('a symbol that was typed is the only one that the file may have', async () => {
  server.use(loadsFailWith(KEY_IS_UNKNOWN), fileLoadsAre(FILE).handler)
  const { user } = renderPage('/')
  await user.click(await screen.findByRole('button', { name: 'Load bars' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Load bars' }))
  await user.upload(dialog.getByLabelText('Choose files'), new File(['Date'], 'prices.csv'))
  expect(dialog.getByLabelText('Symbol')).toHaveAttribute('placeholder', 'As in the file')
  expect(dialog.getByLabelText('Symbol')).not.toBeRequired()
  await user.type(dialog.getByLabelText('Symbol'), 'IBM')
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the file' }))
  expect(await dialog.findByText(KEY_IS_UNKNOWN.detail)).toBeVisible()
})
