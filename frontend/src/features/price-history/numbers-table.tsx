import { useState } from 'react'
import { ShowMore } from '@/components/show-more'
import { TableFrame } from '@/components/table-frame'
import { count, difference, price, session } from '@/lib/format'
import type { Row } from './rows'

const ROWS_AT_ONCE = 100
const COLUMNS = ['Session', 'Open', 'High', 'Low', 'Close', 'Volume', 'Predicted', 'Lower', 'Upper', 'Error']

function NumbersRow({ row: { session: day, bar, estimate, step } }: { row: Row }) {
  const { lower, upper } = step ?? estimate ?? { lower: null, upper: null }
  return (
    <tr>
      <th scope="row">
        <time dateTime={day}>{session(day)}</time>
      </th>
      <td>{price(bar?.open ?? null)}</td>
      <td>{price(bar?.high ?? null)}</td>
      <td>{price(bar?.low ?? null)}</td>
      <td>{price(bar?.close ?? null)}</td>
      <td>{bar?.volume == null ? '–' : count(bar.volume)}</td>
      <td>{price(step?.point ?? estimate?.predicted ?? null)}</td>
      <td>{price(lower)}</td>
      <td>{price(upper)}</td>
      <td>{difference(estimate?.error ?? null)}</td>
    </tr>
  )
}

function Group({ title, rows }: { title: string; rows: readonly Row[] }) {
  if (rows.length === 0) return <></>
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={COLUMNS.length}>
          {title}
        </th>
      </tr>
      {rows.map((row) => (
        <NumbersRow key={row.session} row={row} />
      ))}
    </tbody>
  )
}

function Numbers({ rows }: { rows: readonly Row[] }) {
  const [limit, setLimit] = useState(ROWS_AT_ONCE)
  const shown = rows.toReversed().slice(0, limit)
  return (
    <>
      <TableFrame label="Chart data">
        <table>
          <caption>
            Newest session first. Lower and upper are the ends of the interval. Error is predicted minus close.
          </caption>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <Group
            title="Future sessions, with the forecast"
            rows={shown.filter(({ step }) => step !== null)}
          />
          <Group
            title="Past sessions, with the same-day prediction"
            rows={shown.filter(({ step }) => step === null)}
          />
        </table>
      </TableFrame>
      <ShowMore
        shown={limit}
        total={rows.length}
        what="sessions"
        onMore={() => {
          setLimit(limit + ROWS_AT_ONCE)
        }}
      />
    </>
  )
}

export function NumbersTable({ rows }: { rows: readonly Row[] }) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details
      className="numbers"
      onToggle={(event) => {
        setIsOpen(event.currentTarget.open)
      }}
    >
      <summary>Show as a table</summary>
      {isOpen && <Numbers rows={rows} />}
    </details>
  )
}
