import type { Stock } from '@/api/gen/types.gen'
import { TableFrame } from '@/components/table-frame'
import { count, price, priceDigits, session, signedPercent } from '@/lib/format'
import { type Break, noteBreaks } from './breaks'
import type { ComparisonResult, Fall } from './compare-closes'
import { SeriesSwatch } from './series-swatch'

interface ComparisonTableProps {
  comparison: ComparisonResult
  breaks: readonly Break[]
  order: readonly string[]
  stocks: readonly Stock[]
}

function LargestFall({ fall }: { fall: Fall | null }) {
  if (fall === null) return <td>none</td>
  return (
    <td>
      {signedPercent(fall.share)}
      <span className="comparison-when comparison-fall">
        {session(fall.peak)} – {session(fall.trough)}
      </span>
    </td>
  )
}

export function ComparisonTable({ comparison, breaks, order, stocks }: ComparisonTableProps) {
  const { symbols, first, last } = comparison
  return (
    <TableFrame label="Changes compared">
      <table className="comparison-table">
        <caption>
          <span>
            From {session(first)} to {session(last)}, largest change first. The largest fall is from a peak close to a later
            close.
          </span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col">Company</th>
            <th scope="col">First close</th>
            <th scope="col">Last close</th>
            <th scope="col">Change</th>
            <th scope="col">Largest fall</th>
            <th scope="col">Sessions</th>
          </tr>
        </thead>
        <tbody>
          {symbols
            .toSorted((a, b) => b.change - a.change)
            .map(({ symbol, points, firstClose, lastClose, change, largestFall }) => (
              <tr key={symbol}>
                <th scope="row">
                  <SeriesSwatch place={order.indexOf(symbol)} /> {symbol}
                </th>
                <td>{stocks.find((stock) => stock.symbol === symbol)?.name ?? 'unknown'}</td>
                <td>{price(firstClose, priceDigits(points.map(({ close }) => close)))}</td>
                <td>{price(lastClose, priceDigits(points.map(({ close }) => close)))}</td>
                <td>
                  {signedPercent(change)}
                  <span className="comparison-when">{noteBreaks(breaks, symbol)}</span>
                </td>
                <LargestFall fall={largestFall} />
                <td>{count(points.length)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </TableFrame>
  )
}
