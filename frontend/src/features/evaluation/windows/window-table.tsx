import { useState } from 'react'
import { Disclosure } from '@/components/disclosure'
import { ShowMore } from '@/components/show-more'
import { TableFrame } from '@/components/table-frame'
import { modelName, session as day } from '@/lib/format'
import type { ModelSeries } from './series'

const ROWS_AT_ONCE = 100

interface WindowTableProps {
  title: string
  sessions: readonly string[]
  series: readonly ModelSeries[]
  write: (value: number | null) => string
}

export function WindowTable(props: WindowTableProps) {
  return <Disclosure summary="Show as a table">{() => <Pages {...props} />}</Disclosure>
}

function Pages({ title, sessions, series, write }: WindowTableProps) {
  const [limit, setLimit] = useState(ROWS_AT_ONCE)
  return (
    <>
      <TableFrame label={`${title} of each window`} className="window-table">
        <table>
          <caption>{title}, newest window first</caption>
          <thead>
            <tr>
              <th scope="col">Session</th>
              {series.map(({ name }) => (
                <th key={name} scope="col">
                  {modelName(name)}
                </th>
              ))}
            </tr>
          </thead>
          <Rows sessions={sessions} series={series} write={write} limit={limit} />
        </table>
      </TableFrame>
      <ShowMore shown={limit} total={sessions.length} what="windows" onMore={() => setLimit(limit + ROWS_AT_ONCE)} />
    </>
  )
}

function Rows({ sessions, series, write, limit }: Omit<WindowTableProps, 'title'> & { limit: number }) {
  const newestFirst = sessions.map((session, i) => ({ session, i })).toReversed()
  return (
    <tbody>
      {newestFirst.slice(0, limit).map(({ session, i }) => (
        <tr key={session}>
          <th scope="row">
            <time dateTime={session}>{day(session)}</time>
          </th>
          {series.map(({ name, values }) => (
            <td key={name}>{write(values[i] ?? null)}</td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}
