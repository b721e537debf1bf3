import { useState } from 'react'
import { ShowMore } from '@/components/show-more'
import { TableFrame } from '@/components/table-frame'
import { count, session } from '@/lib/format'
import { type PriceFormat, usePriceFormat } from '@/lib/price-format'
import type { Row } from './rows'

const ROWS_AT_ONCE = 100
const END = '9999' // after every session
const COLUMNS = ['Session', 'Open', 'High', 'Low', 'Close', 'Volume', 'Forecast', 'Lower', 'Upper']

export interface NumbersTableProps {
  rows: readonly Row[]
  /** How long before their sessions past forecasts were given, as in "5 sessions". */
  givenBefore: string
}

function NumbersRow({ row: { session: day, bar, past, step }, format: { price } }: { row: Row; format: PriceFormat }) {
  const { point, lower, upper } = step ?? past ?? { point: null, lower: null, upper: null }
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
      <td>{price(point)}</td>
      <td>{price(lower)}</td>
      <td>{price(upper)}</td>
    </tr>
  )
}

function Group({ title, rows }: { title: string; rows: readonly Row[] }) {
  const format = usePriceFormat()
  if (rows.length === 0) return <></>
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={COLUMNS.length}>
          {title}
        </th>
      </tr>
      {rows.map((row) => (
        <NumbersRow key={row.session} row={row} format={format} />
      ))}
    </tbody>
  )
}

/** The bars and the forecasts of each session, newest first. */
export function NumbersTable({ rows, givenBefore }: NumbersTableProps) {
  const [limit, setLimit] = useState(ROWS_AT_ONCE)
  const known = rows.filter(({ isMissing }) => !isMissing)
  const shown = known.toReversed().slice(0, limit)
  const ahead = known.filter(({ step }) => step !== null)
  const isOver = ahead.some(({ bar }) => bar !== null)
  const [first, last] = [ahead.at(0)?.session ?? END, ahead.at(-1)?.session ?? END]
  return (
    <>
      <TableFrame label="Chart data">
        <table>
          <caption>
            <span>Newest session first. Lower and upper are the ends of the interval.</span>
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
          <Group title="Later sessions" rows={shown.filter(({ session: day }) => day > last)} />
          <Group
            title={isOver ? 'Sessions of the forecast' : 'Future sessions, with the forecast'}
            rows={shown.filter(({ session: day }) => first <= day && day <= last)}
          />
          <Group
            title={`Past sessions, with the forecast given ${givenBefore} before`}
            rows={shown.filter(({ session: day }) => day < first)}
          />
        </table>
      </TableFrame>
      <ShowMore shown={limit} total={known.length} what="sessions" onMore={() => setLimit(limit + ROWS_AT_ONCE)} />
    </>
  )
}
