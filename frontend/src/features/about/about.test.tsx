import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderPage } from '@/testing/render'
import './about-dialog' // so that no test waits for it to compile

test('the dialog explains the numbers, with an example and the sources', async () => {
  const { user } = renderPage()
  await user.click(await screen.findByRole('button', { name: 'About' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'About Bellwether' }))
  expect(dialog.getByText('You can act only on this.')).toBeVisible()
  expect(dialog.getByRole('row', { name: 'Wed 104.00 3.00 101.50 2.50' })).toBeVisible()
  expect(dialog.getByRole('row', { name: 'On average 2.00 1.50' })).toBeVisible()
  expect(dialog.getByText(/^Skill = 1 − 1.50 \/ 2.00 =/)).toHaveTextContent('+0.25')
  expect(dialog.getByText('zero or less is no better')).toBeVisible()
  expect(dialog.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'Was better: the 99 % CI, too, is above 0. The best of five models may look good by chance.',
    'No better: it was not, and the 95 % CI ends below 0.05.',
    'Too early to tell: neither can be said yet.',
  ])
  expect(dialog.getByText(/TradingView Lightweight Charts™, Apache-2.0/)).toBeVisible()
  expect(dialog.getByRole('link', { name: 'TradingView, Inc.' })).toHaveAttribute('href', 'https://www.tradingview.com/')
  expect(dialog.getByRole('link', { name: 'API docs' })).toHaveAttribute('href', '/docs')
  expect(dialog.getByText('Not investment advice.')).toBeVisible()
})

test('Escape closes the dialog and returns the focus', async () => {
  const { user } = renderPage()
  const button = await screen.findByRole('button', { name: 'About' })
  await user.click(button)
  await screen.findByRole('dialog')
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  expect(button).toHaveFocus()
})
