import { expect, test } from 'vitest'
import { splitAtMatch } from './split-at-match'

test.each([
  ['AAPL', 'aap', ['', 'AAP', 'L']],
  ['Pineapple Apple Co', 'apple', ['Pineapple ', 'Apple', ' Co']],
  ['Corporación América', 'america', ['Corporación ', 'América', '']],
  ['ﬁrst Bank', 'bank', ['ﬁrst ', 'Bank', '']],
  ['A.P. Møller - Mærsk', 'maersk', ['A.P. Møller - ', 'Mærsk', '']],
  ['🚀 Moon', 'moon', ['🚀 ', 'Moon', '']],
  ['Apple Inc.', 'ibm', ['Apple Inc.', '', '']],
  ['Apple Inc.', ' ', ['Apple Inc.', '', '']],
])('in %s, the match of %s is found', (text, query, parts) => {
  expect(splitAtMatch(text, query)).toEqual(parts)
})
