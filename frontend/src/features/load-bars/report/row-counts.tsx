import type { LoadReport } from '@/api/gen/types.gen'
import { count } from '@/lib/format'

const WIDTH = 100

interface Part {
  kind: 'new' | 'changed' | 'same' | 'rejected'
  name: string
  rows: number
}

function buildParts({ inserted, updated, unchanged, n_rejected: rejected }: LoadReport): Part[] {
  return [
    { kind: 'new', name: 'New', rows: inserted },
    { kind: 'changed', name: 'Corrected', rows: updated },
    { kind: 'same', name: 'Unchanged', rows: unchanged },
    { kind: 'rejected', name: 'Rejected', rows: rejected },
  ]
}

function Bar({ parts }: { parts: readonly Part[] }) {
  const total = parts.reduce((sum, { rows }) => sum + rows, 0)
  const sumBefore = (index: number): number => parts.slice(0, index).reduce((sum, { rows }) => sum + rows, 0)
  return (
    <svg className="row-bar" viewBox={`0 0 ${String(WIDTH)} 1`} preserveAspectRatio="none" aria-hidden="true">
      {parts.map(({ kind, rows }, i) => (
        <rect
          key={kind}
          className={`row-part-${kind}`}
          x={(sumBefore(i) / total) * WIDTH}
          width={(rows / total) * WIDTH}
          height="1"
        />
      ))}
    </svg>
  )
}

/** The number of rows of each kind, as a stacked bar and as text. */
export function RowCounts({ report }: { report: LoadReport }) {
  const parts = buildParts(report)
  return (
    <div className="row-counts">
      {parts.some(({ rows }) => rows > 0) && <Bar parts={parts} />}
      <dl>
        {parts.map(({ kind, name, rows }) => (
          <div key={kind} className={`row-count row-part-${kind}`}>
            <dt>{name}</dt>
            <dd>{count(rows)}</dd>
          </div>
        ))}
        {report.mode === 'replace' && (
          <div className="row-count row-part-removed">
            <dt>Removed</dt>
            <dd>{count(report.removed)}</dd>
          </div>
        )}
      </dl>
    </div>
  )
}
