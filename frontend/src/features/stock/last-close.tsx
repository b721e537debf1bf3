import { useQuery } from '@tanstack/react-query'
import type { Finding, SymbolBars } from '@/api/gen/types.gen'
import { getBars } from '@/api/get-bars'
import { session, signedPercent } from '@/lib/format'
import { findGaps } from '@/lib/gaps'
import { usePriceFormat } from '@/lib/price-format'

interface LastCloseProps {
  symbol: string
  /** The session of the last bar; undefined while it is loading. */
  lastSession: string | undefined
  /** The sessions at which the prices shown jump as in a split. */
  jumps: readonly string[]
  /** The finding about sessions without bars, if there are any. */
  missing: Finding | undefined
  isAdjusted: boolean
}

interface Close {
  session: string
  close: number
}

function selectCloses({ bars }: SymbolBars): Close[] {
  return bars.flatMap(({ session, close }) => (close === null ? [] : [{ session, close }]))
}

/** Describes since when the close changed: since the previous close, or since its day if sessions between are missing. */
function describeSince(last: Close, before: Close, { jumps, missing }: Pick<LastCloseProps, 'jumps' | 'missing'>): string {
  if (jumps.includes(last.session)) return 'since previous close, a jump as in a split'
  const isGap = findGaps([before.session, last.session], missing).length > 0
  return isGap ? `since ${session(before.session)}, with no bars between` : 'since previous close'
}

function Quote({ bars, isAdjusted, lastSession, ...facts }: { bars: SymbolBars } & Omit<LastCloseProps, 'symbol'>) {
  const { price, difference } = usePriceFormat()
  const closes = selectCloses(bars)
  const [last, before] = [closes.at(-1), closes.at(-2)]
  if (last === undefined) return <p className="quote">No close.</p>
  return (
    <p className="quote">
      <span className="quote-what">{isAdjusted ? 'adjusted close' : 'close'} of</span>{' '}
      <time dateTime={last.session}>{session(last.session)}</time> <strong>{price(last.close)}</strong>
      {before !== undefined && (
        <>
          {' '}
          {difference(last.close - before.close)} ({signedPercent(last.close / before.close - 1)}){' '}
          <span className="quote-what">{describeSince(last, before, facts)}</span>
        </>
      )}
      {lastSession !== undefined && lastSession > last.session && (
        <strong className="stale">
          Newer bars, to {session(lastSession)}, have no {isAdjusted ? 'adjusted close' : 'close'}.
        </strong>
      )}
    </p>
  )
}

/** If its query fails, the chart, which uses the same query, describes the problem. */
export function LastClose({ symbol, isAdjusted, ...facts }: LastCloseProps) {
  const { data, isError } = useQuery(getBars(symbol, isAdjusted))
  if (data === undefined) return <p className="quote">{isError ? 'Last close unknown.' : ''}</p>
  return <Quote bars={data} isAdjusted={isAdjusted} {...facts} />
}
