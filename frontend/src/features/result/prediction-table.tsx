import { useState } from 'react'
import { count, difference, price, session } from '@/lib/format'
import type { PredictionRow } from './prediction-rows'

const ROWS_AT_ONCE = 100

interface PredictionTableProps {
  rows: readonly PredictionRow[]
  hasIntervals: boolean
}

export function PredictionTable({ rows, hasIntervals }: PredictionTableProps) {
  const [isOpen, setIsOpen] = useState(false)
  const [limit, setLimit] = useState(ROWS_AT_ONCE)
  const shown = isOpen ? rows.toReversed().slice(0, limit) : []
  const hidden = rows.length - limit

  return (
    <details
      className="numbers"
      onToggle={(event) => {
        setIsOpen(event.currentTarget.open)
      }}
    >
      <summary>The same numbers as a table</summary>
      <div className="table-frame">
        <table>
          <caption>
            Newest session first. {hasIntervals && 'Lower and upper are the ends of the interval. '}Error is predicted
            minus actual.
          </caption>
          <thead>
            <tr>
              <th scope="col">Session</th>
              <th scope="col">Actual</th>
              <th scope="col">Predicted</th>
              {hasIntervals && (
                <>
                  <th scope="col">Lower</th>
                  <th scope="col">Upper</th>
                </>
              )}
              <th scope="col">Error</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.session}>
                <th scope="row">
                  <time dateTime={row.session}>{session(row.session)}</time>
                </th>
                <td>{price(row.actual)}</td>
                <td>{price(row.predicted)}</td>
                {hasIntervals && (
                  <>
                    <td>{price(row.lower)}</td>
                    <td>{price(row.upper)}</td>
                  </>
                )}
                <td>{difference(row.error)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hidden > 0 && (
        <p className="show-more">
          <button
            type="button"
            className="button"
            onClick={() => {
              setLimit(limit + ROWS_AT_ONCE)
            }}
          >
            Show more
          </button>{' '}
          <span className="fine-print">
            {count(limit)} of {count(rows.length)} sessions shown
          </span>
        </p>
      )}
    </details>
  )
}
