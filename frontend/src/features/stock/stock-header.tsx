import type { Stock } from '@/api/gen/types.gen'
import { session } from '@/lib/format'
import { LastClose } from './last-close'
import { describeStaleness } from './staleness'

interface StockHeaderProps {
  symbol: string
  /** Undefined while it is loading. */
  stock: Stock | undefined
  isAdjusted: boolean
}

function LastBar({ on }: { on: string }) {
  const stale = describeStaleness(on, new Date())
  return (
    <p className="last-bar">
      last bar <time dateTime={on}>{session(on)}</time>
      {stale !== null && <strong className="stale">{stale}</strong>}
    </p>
  )
}

export function StockHeader({ symbol, stock, isAdjusted }: StockHeaderProps) {
  return (
    <header className="stock-header">
      <h2 id="symbol-heading">{symbol}</h2>
      <p className="stock-name">{stock?.name}</p>
      <LastClose symbol={symbol} isAdjusted={isAdjusted} />
      {stock !== undefined && <LastBar on={stock.last_session} />}
    </header>
  )
}
