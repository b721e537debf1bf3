import type { ChangeScreener, ColumnName, ScreenerView } from '@/address/screener-view'
import { SortHeader } from '@/components/sort-header'
import { COLUMN_INFO } from '@/features/screener/columns'

interface ScreenerHeadProps {
  shown: readonly ColumnName[]
  sort: ScreenerView['sort']
  onChange: ChangeScreener
}

/** The widths of the columns are fixed, so that they stay when other rows come into view; and the headers, which sort. */
export function ScreenerHead({ shown, sort, onChange }: ScreenerHeadProps) {
  const onSort = (chosen: ScreenerView['sort']): void => {
    onChange({ sort: chosen })
  }
  return (
    <>
      <colgroup>
        <col className="column-symbol" />
        {shown.map((name) => (
          <col key={name} className={`column-${COLUMN_INFO[name].width}`} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          <SortHeader by="symbol" name="Symbol" isHighFirst={false} sort={sort} onSort={onSort} />
          {shown.map((column) => {
            const { name, meaning, isText = false, isHighFirst = false } = COLUMN_INFO[column]
            return column === 'spark' ? (
              <th key={column} scope="col" title={meaning}>
                {name}
              </th>
            ) : (
              <SortHeader
                key={column}
                by={column}
                name={name}
                meaning={meaning}
                className={isText ? 'cell-text' : undefined}
                isHighFirst={isHighFirst}
                sort={sort}
                onSort={onSort}
              />
            )
          })}
        </tr>
      </thead>
    </>
  )
}
