import { Link } from 'wouter'
import { buildAddress } from '@/address/paths'
import { buildScreenerAddress, DEFAULT_SCREENER } from '@/address/screener-view'
import { DEFAULT_VIEW } from '@/address/view'
import type { Leaderboard } from '@/api/gen/types.gen'
import { Panel } from '@/components/panel'
import { TableFrame } from '@/components/table-frame'
import { count, decimal, modelName } from '@/lib/format'

const MOST_ROWS = 50 // bounds the elements of the page
const LEAST_CHANCE = 0.0001 // what the screener writes, too: zero would claim too much

function NamedTable({ named, universe: { horizon, adjusted: isAdjusted } }: Leaderboard) {
  return (
    <TableFrame label="Symbols named beyond luck">
      <table>
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col">Model</th>
            <th scope="col">p-value</th>
            <th scope="col">q-value</th>
          </tr>
        </thead>
        <tbody>
          {named.slice(0, MOST_ROWS).map(({ symbol, model, p_value: p, q_value: q }) => (
            <tr key={symbol}>
              <th scope="row">
                <Link href={buildAddress(symbol, { ...DEFAULT_VIEW, model, horizon, isAdjusted })}>{symbol}</Link>
              </th>
              <td>{modelName(model)}</td>
              <td>{decimal(Math.max(p, LEAST_CHANCE))}</td>
              <td>{decimal(Math.max(q, LEAST_CHANCE))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  )
}

/** The symbols on which a model was better beyond luck, or the plain statement that there are none. */
export function NamedSymbols({ leaderboard }: { leaderboard: Leaderboard }) {
  const { named, universe } = leaderboard
  return (
    <Panel id="named-heading" title="Named beyond luck">
      {named.length === 0 ? (
        <p>
          <strong>None: nothing beyond luck.</strong>
        </p>
      ) : (
        <NamedTable {...leaderboard} />
      )}
      {named.length > MOST_ROWS && (
        <p>
          The {count(MOST_ROWS)} most certain are listed.{' '}
          <Link href={buildScreenerAddress({ ...DEFAULT_SCREENER, horizon: universe.horizon, isNamed: true })}>
            All {count(named.length)} are in the screener.
          </Link>
        </p>
      )}
      <p className="fine-print">
        A symbol is named only if the best over the whole universe is beyond luck, its q-value is at most 0.05, and the same
        model was better in both halves of the sessions.
      </p>
    </Panel>
  )
}
