import { session, signedPercent } from '@/lib/format'
import { type Closes, type Compared, type ComparedSymbol, growthAt } from './compare-closes'

export const NO_PROMISE = 'Past changes say nothing about the coming ones.'
const list = new Intl.ListFormat('en-GB', { type: 'conjunction' })
const WHOSE = ['', '', ' that both have', ' that all three have', ' that all four have'] as const

export function listed(parts: readonly string[]): string {
  return list.format(parts)
}

/** The change of each symbol until a session, or that it has no bar then. */
export function changesAt(symbols: readonly ComparedSymbol[], at: string): string {
  const changes = symbols.map((compared) => {
    const growth = growthAt(compared, at)
    return `${compared.symbol} ${growth === null ? 'no bar' : signedPercent(growth - 1)}`
  })
  return `${session(at)}: ${changes.join(', ')}`
}

/** What the changes are changes of, and since when. */
export function basisOf({ first, last, symbols }: Compared, isAdjusted: boolean): string {
  const whose = WHOSE[symbols.length] ?? ''
  return (
    `Change of the close since ${session(first)}, the first session of this range${whose}, to ${session(last)}. ` +
    (isAdjusted ? 'Closes are adjusted for splits and dividends.' : 'Closes are as traded: splits and dividends move them.')
  )
}

/** Which symbols have bars after the last session compared. */
export function newerThan(last: string, all: readonly Closes[]): string {
  const symbols = all.filter(({ bars }) => (bars.at(-1)?.session ?? '') > last).map(({ symbol }) => symbol)
  return symbols.length === 0 ? '' : ` Newer bars of ${listed(symbols)} are left out.`
}
