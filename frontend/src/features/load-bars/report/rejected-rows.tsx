import type { LoadReport, Rejection } from '@/api/gen/types.gen'
import { TableFrame } from '@/components/table-frame'
import { count, formatCount, session } from '@/lib/format'

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

/** The rejected rows: their number per reason, and a table of those that the report lists. */
export function RejectedRows({ report }: { report: LoadReport }) {
  const { rejected, n_rejected: total, rejected_by_code: reasons } = report
  if (total === 0) return <p>No rows would be rejected.</p>
  return (
    <section aria-labelledby="rejected-heading">
      <h4 id="rejected-heading">{formatCount(total, 'rejected row')}</h4>
      <ul className="reasons">
        {reasons.map(({ code, detail, count: rows }) => (
          <li key={code}>
            <strong>{formatCount(rows, 'row')}:</strong> {detail}
          </li>
        ))}
      </ul>
      <details>
        <summary>Show rows</summary>
        <RowTable rows={rejected} total={total} />
      </details>
    </section>
  )
}
