import type { UseQueryResult } from '@tanstack/react-query'
import type { ChangeView, SymbolView } from '@/address/view'
import type { SymbolBars } from '@/api/gen/types.gen'
import { toProblem } from '@/api/problem'
import { QueryView } from '@/components/query-view'

interface Excluded {
  symbol: string
  query: UseQueryResult<SymbolBars>
}

interface ExcludedSymbolsProps {
  excluded: readonly Excluded[]
  view: SymbolView
  onChange: ChangeView
}

const NO_ADJUSTED_PRICES = 'no-adjusted-prices'

function ExcludedSymbol({ symbol, query, view, onChange }: Excluded & Omit<ExcludedSymbolsProps, 'excluded'>) {
  const hasNoAdjusted = toProblem(query.error).type.endsWith(NO_ADJUSTED_PRICES)
  return (
    <div className="left-out">
      <p>
        <strong>{symbol} is left out.</strong>{' '}
        {hasNoAdjusted && <span role="alert">Its newest bars have no adjusted close.</span>}
      </p>
      {hasNoAdjusted && (
        <button
          type="button"
          className="button"
          onClick={() => onChange({ isAdjusted: false })}
        >
          Compare unadjusted prices
        </button>
      )}
      {view.compare.includes(symbol) && (
        <button
          type="button"
          className="button"
          onClick={() => onChange({ compare: view.compare.filter((kept) => kept !== symbol) })}
        >
          Remove {symbol} from the comparison
        </button>
      )}
      {!hasNoAdjusted && (
        <QueryView query={query} what={`the bars of ${symbol}`} skeleton={<></>}>
          {() => <></>}
        </QueryView>
      )}
    </div>
  )
}

/** The symbols that are not drawn: why, and what the user can do about it. */
export function ExcludedSymbols({ excluded, view, onChange }: ExcludedSymbolsProps) {
  return (
    <>
      {excluded.map(({ symbol, query }) => (
        <ExcludedSymbol key={symbol} symbol={symbol} query={query} view={view} onChange={onChange} />
      ))}
    </>
  )
}
