import { Link } from 'wouter'
import { buildAddress } from '@/address/paths'
import type { StockSummary } from '@/api/gen/types.gen'
import { formatCount, session } from '@/lib/format'

export function StockCard({ stock }: { stock: StockSummary }) {
  const { symbol, name, last_session: last, bars } = stock
  return (
    <li className="stock-card">
      <Link href={buildAddress(symbol)}>{symbol}</Link>
      <p className="stock-card-name">{name ?? 'Name unknown'}</p>
      <p className="fine-print">{bars == null ? 'Bars not counted yet' : formatCount(bars, 'bar')}</p>
      <p className="fine-print">{last == null ? 'Last session unknown' : `Last session ${session(last)}`}</p>
    </li>
  )
}
