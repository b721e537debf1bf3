import { type KeyboardEvent, memo } from 'react'
import { LEVELS, DEFAULT_VIEW } from '@/address/view'
import { buildAddress } from '@/address/paths'
import type { ColumnName } from '@/address/screener-view'
import type { ScreenerColumns } from '@/api/gen/types.gen'
import { COLUMN_INFO } from '@/features/screener/columns'
import { Spark } from './spark'

interface ScreenerRowProps {
  columns: ScreenerColumns
  /** The row of the answer. */
  row: number
  /** Its place in the table, from 0. */
  position: number
  shown: readonly ColumnName[]
  horizon: number
  level: number
  isAdjusted: boolean
  isTabStop: boolean
  onKeyDown: (event: KeyboardEvent) => void
}

const NO_CLOSES: readonly number[] = []

function isBehind({ is_current: isCurrent, sessions_behind: behind }: ScreenerColumns, row: number): boolean {
  return isCurrent[row] === false || (behind[row] ?? 0) > 0
}

function cellClass(name: ColumnName, columns: ScreenerColumns, row: number): string | undefined {
  if (name === 'verdict' && columns.verdict[row] === 'better') return 'cell-text cell-better'
  if (name === 'sessions_behind' && isBehind(columns, row)) return 'cell-text cell-behind'
  return COLUMN_INFO[name].isText === true ? 'cell-text' : undefined
}

export const ScreenerRow = memo(function ScreenerRow(props: ScreenerRowProps) {
  const { columns, row, position, shown, horizon, isAdjusted, isTabStop, onKeyDown } = props
  const symbol = columns.symbol[row] ?? ''
  const level = LEVELS.find((each) => each === props.level) ?? DEFAULT_VIEW.level
  return (
    <tr data-position={position} aria-rowindex={position + 2}>
      <th scope="row">
        <a
          href={buildAddress(symbol, { ...DEFAULT_VIEW, horizon, level, isAdjusted })}
          tabIndex={isTabStop ? 0 : -1}
          onKeyDown={onKeyDown}
        >
          {symbol}
        </a>
      </th>
      {shown.map((name) =>
        name === 'spark' ? (
          <td key={name} className="cell-spark">
            <Spark closes={columns.spark[row] ?? NO_CLOSES} />
          </td>
        ) : (
          <td key={name} className={cellClass(name, columns, row)}>
            {COLUMN_INFO[name].write(columns, row)}
          </td>
        ),
      )}
    </tr>
  )
})
