import type { UseQueryResult } from '@tanstack/react-query'
import type { ChangeView, SymbolView } from '@/address/view'
import type { SymbolBars } from '@/api/gen/types.gen'
import { problemOf } from '@/api/problem'
import { QueryView } from '@/components/query-view'

interface LeftOutProps {
  symbol: string
  query: UseQueryResult<SymbolBars>
  view: SymbolView
  onChange: ChangeView
}

const NO_ADJUSTED_PRICES = 'no-adjusted-prices'

/** Why a symbol is not drawn, and how to go on. */
export function LeftOut({ symbol, query, view, onChange }: LeftOutProps) {
  const lacksAdjusted = problemOf(query.error).type.endsWith(NO_ADJUSTED_PRICES)
  return (
    <div className="left-out">
      <p>
        <strong>{symbol} is left out.</strong>{' '}
        {lacksAdjusted && <span role="alert">It has no adjusted prices; its prices as traded can be compared.</span>}
      </p>
      {lacksAdjusted && (
        <button
          type="button"
          className="button"
          onClick={() => {
            onChange({ isAdjusted: false })
          }}
        >
          Compare prices as traded
        </button>
      )}
      {view.compare.includes(symbol) && (
        <button
          type="button"
          className="button"
          onClick={() => {
            onChange({ compare: view.compare.filter((kept) => kept !== symbol) })
          }}
        >
          Remove {symbol} from the comparison
        </button>
      )}
      {!lacksAdjusted && (
        <QueryView query={query} what={`the bars of ${symbol}`} skeleton={<></>}>
          {() => <></>}
        </QueryView>
      )}
    </div>
  )
}
