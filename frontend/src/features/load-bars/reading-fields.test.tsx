import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { loadsAre, REPORT } from '@/testing/load-reports'
import { renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import './load-dialog' // so that no test waits for it to compile

test('what a file leaves open is settled in the form, and what was assumed is shown', async () => {
  const note = '“Last” was not read: “Close” is the close.'
  const { handler, sent } = loadsAre({ ...REPORT, notes: [note] })
  server.use(handler)
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByRole('button', { name: 'Load bars' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Load bars' }))
  await user.upload(dialog.getByLabelText('Choose files'), new File(['Date,Last\n'], 'newco.csv'))
  await user.click(dialog.getByText('If the file is ambiguous'))
  await user.type(dialog.getByLabelText('Columns'), 'close=Last')
  await user.selectOptions(dialog.getByLabelText('Decimal mark'), '1234,50, a comma')
  await user.type(dialog.getByLabelText('Time zone of the exchange'), 'Europe/Paris')
  await user.click(dialog.getByLabelText('Combine hours or minutes into daily bars'))
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the file' }))
  expect(await dialog.findByText(note)).toBeVisible()
  expect(sent[0]?.query).toMatchObject({ columns: 'close=Last', decimal: ',', timezone: 'Europe/Paris', resample: 'daily' })
})

test('the date format and the column of the ends of bars are sent as they were answered', async () => {
  const { handler, sent } = loadsAre(REPORT)
  server.use(handler)
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByRole('button', { name: 'Load bars' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Load bars' }))
  await user.upload(dialog.getByLabelText('Choose files'), new File(['End,Close\n'], 'newco.csv'))
  await user.selectOptions(dialog.getByLabelText('Date format'), '01-03-2013, day first')
  await user.click(dialog.getByText('If the file is ambiguous'))
  await user.type(dialog.getByLabelText('Columns'), 'close_time=End')
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the file' }))
  expect(await dialog.findByRole('heading', { name: 'Nothing has been loaded yet' })).toBeVisible()
  expect(sent[0]?.query).toMatchObject({ columns: 'close_time=End', date_format: 'dmy' })
})

test('a file that would add no session says so', async () => {
  const { handler } = loadsAre({ ...REPORT, mode: 'keep', inserted: 0, updated: 0, unchanged: 0, n_bars: 300, rejected: [], n_rejected: 0, rejected_by_code: [] })
  server.use(handler)
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByRole('button', { name: 'Load bars' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Load bars' }))
  await user.upload(dialog.getByLabelText('Choose files'), new File(['Date,Close\n'], 'newco.csv'))
  await user.type(dialog.getByLabelText('API key'), 'the-key')
  await user.click(dialog.getByRole('button', { name: 'Check the file' }))
  expect(await dialog.findByText(/Every session of the file is already stored: nothing would be added\./)).toBeVisible()
})
