import { useQuery } from '@tanstack/react-query'
import type { SymbolBars } from '@/api/gen/types.gen'
import { getBars } from '@/api/get-bars'
import { difference, price, signedPercent } from '@/lib/format'

interface LastCloseProps {
  symbol: string
  isAdjusted: boolean
}

function findLastCloses({ bars }: SymbolBars): { last: number | undefined; before: number | undefined } {
  const closes = bars.map(({ close }) => close).filter((close) => close !== null)
  return { last: closes.at(-1), before: closes.at(-2) }
}

function Quote({ bars, isAdjusted }: { bars: SymbolBars; isAdjusted: boolean }) {
  const { last, before } = findLastCloses(bars)
  if (last === undefined) return <p className="quote">No close.</p>
  return (
    <p className="quote">
      <span className="quote-what">{isAdjusted ? 'adjusted close' : 'last close'}</span> <strong>{price(last)}</strong>
      {before !== undefined && (
        <>
          {' '}
          {difference(last - before)} ({signedPercent(last / before - 1)}){' '}
          <span className="quote-what">since previous close</span>
        </>
      )}
    </p>
  )
}

/** If its query fails, the chart, which uses the same query, describes the problem. */
export function LastClose({ symbol, isAdjusted }: LastCloseProps) {
  const { data, isError } = useQuery(getBars(symbol, isAdjusted))
  if (data === undefined) return <p className="quote">{isError ? 'Last close unknown.' : ''}</p>
  return <Quote bars={data} isAdjusted={isAdjusted} />
}
