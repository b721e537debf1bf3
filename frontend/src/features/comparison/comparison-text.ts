import { session, signedPercent } from '@/lib/format'
import { type Closes, type ComparisonResult, type ComparedSymbol, findGrowth } from './compare-closes'

export const NO_PROMISE = 'Past changes say nothing about future ones.'
const list = new Intl.ListFormat('en-GB', { type: 'conjunction' })
const WHOSE = ['', '', ' that both have', ' that all three have', ' that all four have'] as const

export function formatList(parts: readonly string[]): string {
  return list.format(parts)
}

/** Describes the change of each symbol up to a session, with a note on it, or that it has no bar for it. */
export function describeChanges(
  symbols: readonly ComparedSymbol[],
  at: string,
  note: (symbol: string) => string,
): string {
  const changes = symbols.map((symbol) => {
    const growth = findGrowth(symbol, at)
    return `${symbol.symbol} ${growth === null ? 'no bar' : signedPercent(growth - 1)}${note(symbol.symbol)}`
  })
  return `${session(at)}: ${changes.join(', ')}`
}

/** Describes what the changes refer to, and since when. */
export function describeBasis({ first, last, symbols }: ComparisonResult, isAdjusted: boolean): string {
  const whose = WHOSE[symbols.length] ?? ''
  return (
    `Change in close since ${session(first)}, the first session of this range${whose}, to ${session(last)}. ` +
    (isAdjusted ? 'Closes are adjusted for splits and dividends.' : 'Closes are unadjusted: splits and dividends move them.')
  )
}

/** Describes which symbols have bars after the last compared session. */
export function describeNewerBars(last: string, all: readonly Closes[]): string {
  const symbols = all.filter(({ bars }) => (bars.at(-1)?.session ?? '') > last).map(({ symbol }) => symbol)
  return symbols.length === 0 ? '' : ` Newer bars of ${formatList(symbols)} are left out.`
}
