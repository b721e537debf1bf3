import type { Finding, Stock } from '@/api/gen/types.gen'
import { isCuredByAdjusting, selectJumps } from '@/lib/findings'
import { session } from '@/lib/format'
import type { ComparedSymbol, ComparisonResult } from './compare-closes'
import { formatList } from './comparison-text'

/** What makes a change misleading: stretches without bars, and jumps as in a split. */
export interface Break {
  kind: 'gap' | 'jump'
  symbol: string
  detail: string
  /** Whether the symbol has adjusted prices, which do not have the jump. */
  isCuredByAdjusting: boolean
}

/** Describes when a symbol jumps after `first`, up to `last`; null if it does not. The list of jumps may be incomplete. */
function describeJumpDates({ sessions, count }: Finding, first: string, last: string): string | null {
  const shown = sessions.filter((at) => at > first && at <= last)
  if (shown.length > 0) return `on ${formatList(shown.map(session))}`
  return count > sessions.length ? 'on unlisted dates' : null
}

function findJumps(stock: Stock, isAdjusted: boolean, first: string, last: string): Break[] {
  const { symbol, findings } = stock
  const closes = isAdjusted ? 'adjusted closes' : 'closes'
  return selectJumps(findings, isAdjusted).flatMap((jumps): Break[] => {
    const when = describeJumpDates(jumps, first, last)
    if (when === null) return []
    const detail =
      `The ${closes} of ${symbol} jump as in a split ${when}. A split changes the price of a share, not what its ` +
      'holders own: the line is misleading from then on.'
    return [{ kind: 'jump', symbol, detail, isCuredByAdjusting: isCuredByAdjusting(jumps) }]
  })
}

function findPauses({ symbol, gaps }: ComparedSymbol, last: string): Break[] {
  return gaps
    .filter(({ before }) => before <= last)
    .map(({ after, before }) => ({
      kind: 'gap',
      symbol,
      detail: `${symbol} has no bars between ${session(after)} and ${session(before)}: its change spans that time.`,
      isCuredByAdjusting: false,
    }))
}

/** Finds what makes the changes up to the session `at` misleading, in the order of the symbols. */
export function findBreaks(
  { first, symbols }: ComparisonResult,
  stocks: readonly Stock[],
  isAdjusted: boolean,
  at: string,
): Break[] {
  return symbols.flatMap((compared) => {
    const stock = stocks.find(({ symbol }) => symbol === compared.symbol)
    return [...(stock === undefined ? [] : findJumps(stock, isAdjusted, first, at)), ...findPauses(compared, at)]
  })
}

/** A note on a symbol's change, as in " (over a jump)"; empty without a reason. */
export function noteBreaks(breaks: readonly Break[], symbol: string): string {
  const kinds = new Set(breaks.filter((found) => found.symbol === symbol).map(({ kind }) => `a ${kind}`))
  return kinds.size === 0 ? '' : ` (over ${formatList([...kinds])})`
}
