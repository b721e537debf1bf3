import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderPage } from '@/testing/render'

test('text typed before the suggestions load is kept, and so is the focus', async () => {
  const { user } = renderPage('/?symbol=IBM')
  const plain = await screen.findByRole('textbox', { name: 'Stock symbol' })
  await user.tripleClick(plain)
  await user.keyboard('aap')
  const box = await screen.findByRole('combobox', { name: 'Stock symbol' })
  expect(plain).not.toBeInTheDocument()
  expect(box).toHaveFocus()
  expect(box).toHaveValue('aap')
  expect(await screen.findByRole('option', { name: 'AAPL Apple Inc.' })).toBeVisible()
  await user.keyboard('l')
  expect(box).toHaveValue('aapl')
})
