import { expect, test, vi } from 'vitest'
import { count, dayAndMonth, decimal, difference, formatCount, moment, percent, price, priceDigits, roughRange, session, sessionInWords, skillEstimate } from './format'

test.each([
  [5.7206, '5.72'],
  [1234.5, '1,234.50'],
  [-1234567.891, '−1,234,567.89'],
  [999999.999, '1,000,000.00'],
  [-0.00001, '−0.0000100'],
  [0.2767, '0.2767'],
  [-3, '−3.00'],
  [0, '0.00'],
  [-2.8e-17, '0.00'], // a step of an axis
  [null, '–'],
  [Number.NaN, '–'],
])('the price %s is formatted as %s', (value, text) => {
  expect(price(value)).toBe(text)
})

test.each([
  [0.6374, 0, '64 %'],
  [0.0048, 2, '0.48 %'],
  [0.8377, 1, '83.8 %'],
  [-0.25, 0, '−25 %'],
  [0.996, 0, '99 %'],
  [0.996, 1, '99.6 %'],
  [0.9996, 1, '99.9 %'],
  [1, 0, '100 %'],
  [null, 0, '–'],
] as const)('the share %s with %s digits is formatted as %s', (share, digits, text) => {
  expect(percent(share, digits)).toBe(text)
})

test.each([
  ['2013-03-01', '1 Mar 2013'],
  ['2000-12-31', '31 Dec 2000'],
  ['not a day', 'not a day'],
])('the session %s is formatted as %s', (value, text) => {
  expect(session(value)).toBe(text)
})

test('a date that is written from right to left is isolated from the numbers around it', async () => {
  vi.stubGlobal('navigator', { languages: ['ar-EG'] })
  vi.resetModules()
  const format = await import('./format')
  expect(`of ${format.session('2018-02-07')} 159.54`).toMatch(/^of \u2068[^\u2069]+\u2069 159\.54$/)
})

test('a day on an axis has its month', () => {
  expect(dayAndMonth('2012-10-02')).toBe('2 Oct')
})

test.each([
  [difference, 2, '+2.00'],
  [difference, -0.5, '−0.50'],
  [difference, 0, '0.00'],
  [decimal, 0.99941, '0.9994'],
  [count, 3270, '3,270'],
])('%o formats %s as %s', (write, value, text) => {
  expect(write(value)).toBe(text)
})

test.each([
  [0.12, 0.05, 0.194, '0.12', '0.05 to 0.19'],
  [-0.0034, -0.0222, 0.0154, '0.00', '−0.02 to 0.02'],
  [-0.0034, -0.0082, 0.0014, '−0.003', '−0.008 to 0.001'],
  [0.0022, -0.0003, 0.0048, '0.0022', '−0.0003 to 0.0048'], // never “0.000 to 0.005”
  [0.0213, 0.0042, 0.0384, '0.021', '0.004 to 0.038'],
  [0.05, 0, 0.1, '0.05', '0.00 to 0.10'],
  [0, null, null, '0.00', null],
  [null, null, null, '–', null],
])('a skill of %s between %s and %s is formatted as %s and %s', (skill, lower, upper, value, range) => {
  expect(skillEstimate({ skill, lower, upper })).toEqual({ value, range })
})

test.each([
  ['2026-11-24T09:30:59Z', '24 Nov 2026, 09:30 UTC'],
  ['2026-11-24T23:30:00.123000-05:00', '25 Nov 2026, 04:30 UTC'],
  ['long ago', 'long ago'],
])('the instant %s is formatted as %s', (value, text) => {
  expect(moment(value)).toBe(text)
})

test.each([
  ['a share', [430.47, 441.4, 444.57], 2],
  ['EUR/USD', [1.16342, 1.15961, 1.1644], 4],
  ['a tiny price', [0.00001234, 0.00001299, 0.00001187], 8],
  ['closes with two decimals that hardly move', [10.01, 10.02, 10.01], 2],
  ['constant closes', [5, 5, 5], 2],
  ['no closes', [null], 2],
])('the digits of %s follow the size of its moves', (_, closes, digits) => {
  expect(priceDigits(closes)).toBe(digits)
})

test.each([
  [208.6, 261.4, '209 and 261'],
  [1.04283, 1.08911, '1.043 and 1.089'],
  [5, 5, '5.000 and 5.000'],
])('the range from %s to %s has no more digits than its width needs', (lower, upper, text) => {
  expect(roughRange(lower, upper)).toBe(text)
})

test('a session in words has its weekday, and its year only if it is another one', () => {
  expect(sessionInWords('2013-03-08')).toBe('Fri, 8 Mar 2013')
  expect(sessionInWords(`${String(new Date().getUTCFullYear())}-03-08`)).toMatch(/^[A-Z][a-z]{2},? 8 Mar$/)
})

test.each([
  [0, '0 bars'],
  [1, '1 bar'],
  [3270, '3,270 bars'],
])('%s is formatted as %s', (n, text) => {
  expect(formatCount(n, 'bar')).toBe(text)
})
