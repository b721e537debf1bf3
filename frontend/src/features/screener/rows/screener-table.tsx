import { memo, useEffect } from 'react'
import { useLocation } from 'wouter'
import type { ChangeScreener, ScreenerView } from '@/address/screener-view'
import type { ScreenerColumns } from '@/api/gen/types.gen'
import { TableFrame } from '@/components/table-frame'
import { count } from '@/lib/format'
import { ScreenerHead } from './screener-head'
import { ScreenerRow } from './screener-row'
import { useRowKeys } from './use-row-keys'
import { useRowWindow } from './use-row-window'

interface ScreenerTableProps {
  columns: ScreenerColumns
  /** The rows of the answer to show, in this order. */
  rows: Uint32Array
  view: ScreenerView
  /** Whether the answer is of adjusted prices. */
  isAdjusted: boolean
  onChange: ChangeScreener
}

/** A place holder for the rows that are not drawn. */
function Gap({ height, nColumns }: { height: number; nColumns: number }) {
  if (height === 0) return <></>
  return (
    <tr aria-hidden="true" className="gap">
      <td colSpan={nColumns} height={height} />
    </tr>
  )
}

/** The address that a click anywhere in a row opens; null if the browser handles it, or text is being selected. */
function findOpened(event: MouseEvent): string | null {
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
  const target = event.target as HTMLElement
  const isSelecting = target.closest('a') === null && window.getSelection()?.isCollapsed === false
  if (!isPlain || isSelecting) return null
  return target.closest('tr')?.querySelector('a')?.getAttribute('href') ?? null
}

export const ScreenerTable = memo(function ScreenerTable(props: ScreenerTableProps) {
  const { columns, rows, view, isAdjusted, onChange } = props
  const { frame, first, end, rowHeight, onScroll, reveal } = useRowWindow(rows)
  const { active, onKeyDown } = useRowKeys(frame, rows.length, reveal)
  const [, navigate] = useLocation()
  const tabStop = active >= first && active < end ? active : first

  useEffect(() => {
    const body = frame.current?.querySelector('tbody')
    const openRow = (event: MouseEvent): void => {
      const address = findOpened(event)
      if (address === null) return
      event.preventDefault()
      navigate(address)
    }
    body?.addEventListener('click', openRow)
    return () => body?.removeEventListener('click', openRow)
  }, [frame, navigate])

  return (
    <TableFrame label="Symbols. Arrow keys move among the rows." className="screener-frame" frame={frame} onScroll={onScroll}>
      <table aria-rowcount={rows.length + 1} className="screener-table">
        <ScreenerHead shown={view.columns} sort={view.sort} onChange={onChange} />
        <tbody>
          <Gap height={first * rowHeight} nColumns={view.columns.length + 1} />
          {Array.from(rows.subarray(first, end), (row, i) => (
            <ScreenerRow
              key={first + i} // rows are reused for other symbols: a sort then changes texts only
              columns={columns}
              row={row}
              position={first + i}
              shown={view.columns}
              horizon={view.horizon}
              level={view.level}
              isAdjusted={isAdjusted}
              isTabStop={first + i === tabStop}
              onKeyDown={onKeyDown}
            />
          ))}
          <Gap height={(rows.length - end) * rowHeight} nColumns={view.columns.length + 1} />
        </tbody>
      </table>
      {end - first < rows.length && (
        <p className="on-paper">
          The rows {count(first + 1)} to {count(end)} of {count(rows.length)} are printed, as on the screen. “Save as
          CSV” saves all of them.
        </p>
      )}
    </TableFrame>
  )
})
