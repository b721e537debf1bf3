import { expect, test } from 'vitest'
import { count, decimal, difference, percent, price, session } from './format'

test.each([
  [5.7206, '5.72'],
  [1234.5, '1,234.50'],
  [0.2767, '0.2767'],
  [-3, '−3.00'],
  [0, '0.0000'],
  [null, '–'],
  [Number.NaN, '–'],
])('price %s is written %s', (value, text) => {
  expect(price(value)).toBe(text)
})

test.each([
  [0.6374, 0, '64 %'],
  [0.0048, 2, '0.48 %'],
  [0.8377, 1, '83.8 %'],
  [-0.25, 0, '−25 %'],
  [null, 0, '–'],
] as const)('share %s with %s digits is written %s', (share, digits, text) => {
  expect(percent(share, digits)).toBe(text)
})

test.each([
  ['2013-03-01', '1 Mar 2013'],
  ['2000-12-31', '31 Dec 2000'],
  ['not a day', 'not a day'],
])('session %s is written %s', (value, text) => {
  expect(session(value)).toBe(text)
})

test.each([
  [difference, 2, '+2.00'],
  [difference, -0.5, '−0.50'],
  [difference, 0, '0.00'],
  [decimal, 0.99941, '0.9994'],
  [count, 3270, '3,270'],
])('%o writes %s as %s', (write, value, text) => {
  expect(write(value)).toBe(text)
})
