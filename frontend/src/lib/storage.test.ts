import { beforeEach, expect, test, vi } from 'vitest'
import { readStorage, writeStorage } from './storage'
import { setTheme, theme } from './theme'

beforeEach(() => {
  for (const name of ['getItem', 'setItem', 'removeItem'] as const) {
    vi.spyOn(Storage.prototype, name).mockImplementation(() => {
      throw new DOMException('Access is denied for this document.', 'SecurityError')
    })
  }
})

test('without access to the storage, values are kept until the page is reloaded', () => {
  expect(readStorage('sessionStorage', 'key')).toBeNull()
  writeStorage('sessionStorage', 'key', 'sesame')
  expect(readStorage('sessionStorage', 'key')).toBe('sesame')
})

test('without access to the storage, a theme can be chosen', () => {
  setTheme('dark')
  expect(theme()).toBe('dark')
  setTheme('system')
  expect(theme()).toBe('system')
})
