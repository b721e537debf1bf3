import { expect, test } from 'vitest'
import { refuseFile } from './check-file'

test.each([
  ['aapl.csv', 1000, null],
  ['AAPL.CSV.GZ', 33_554_432, null],
  ['prices', 1000, null],
  ['photo.jpg', 1000, 'photo.jpg is not a file of bars. CSV, Excel, Parquet, JSON and Arrow can be read, also compressed.'],
  ['aapl.csv', 0, 'aapl.csv is empty.'],
  [
    'all.csv',
    40_000_000,
    'all.csv is 40 MB, and uploads are limited to 33.6 MB. Load it on the server instead: make load FILE=…',
  ],
])('%s of %s bytes', (name, size, refusal) => {
  expect(refuseFile({ name, size })).toBe(refusal)
})
