import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { renderPage } from '@/testing/render'

test('without access to the storage, the page is shown', async () => {
  vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
    throw new DOMException('Access is denied for this document.', 'SecurityError')
  })
  renderPage()
  expect(await screen.findByRole('link', { name: 'AAPL' })).toBeVisible()
})
