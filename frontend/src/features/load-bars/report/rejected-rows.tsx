import type { Rejection } from '@/api/gen/types.gen'
import { TableFrame } from '@/components/table-frame'
import { formatCount } from '@/features/load-bars/load-text'
import { count, session } from '@/lib/format'

const MOST_SHOWN = 100

function countReasons(rejected: readonly Rejection[]): [string, number][] {
  const reasons = new Map<string, number>()
  for (const { detail } of rejected) reasons.set(detail, (reasons.get(detail) ?? 0) + 1)
  return [...reasons].sort(([, a], [, b]) => b - a)
}

function RowTable({ rows, total }: { rows: readonly Rejection[]; total: number }) {
  const which = rows.length === total ? 'All rejected rows' : `First ${count(rows.length)} of ${count(total)}`
  return (
    <TableFrame label="Rejected rows">
      <table className="rejected-rows">
        <caption>{which}; row 1 follows the header</caption>
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Session</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((rejection) => (
            <tr key={rejection.row}>
              <th scope="row">{count(rejection.row)}</th>
              <td>{rejection.session == null ? '–' : session(rejection.session)}</td>
              <td>{rejection.detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  )
}

/** The rejected rows: their number per reason, and a table of them. */
export function RejectedRows({ rejected }: { rejected: readonly Rejection[] }) {
  const total = rejected.length
  if (total === 0) return <p>No rows would be rejected.</p>
  return (
    <section aria-labelledby="rejected-heading">
      <h4 id="rejected-heading">{formatCount(total, 'rejected row')}</h4>
      <ul className="reasons">
        {countReasons(rejected).map(([reason, rows]) => (
          <li key={reason}>
            <strong>{formatCount(rows, 'row')}:</strong> {reason}
          </li>
        ))}
      </ul>
      <details>
        <summary>Show rows</summary>
        <RowTable rows={rejected.slice(0, MOST_SHOWN)} total={total} />
      </details>
    </section>
  )
}
