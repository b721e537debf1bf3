import { expect, test } from 'vitest'
import { formatFileSize } from './load-text'

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [12_345, '12.3 kB'],
  [33_554_432, '33.6 MB'],
  [5e12, '5,000 GB'],
])('%s bytes are formatted as %s', (bytes, text) => {
  expect(formatFileSize(bytes)).toBe(text)
})
