import type { Sort, SortKey } from '@/address/view'

interface SortHeaderProps {
  by: SortKey
  name: string
  /** Whether the first click sorts the highest value to the top. */
  isHighFirst: boolean
  sort: Sort
  onSort: (sort: Sort) => void
}

export function SortHeader({ by, name, isHighFirst, sort, onSort }: SortHeaderProps) {
  const isSorted = sort.by === by
  const direction = sort.isDescending ? 'descending' : 'ascending'
  return (
    <th scope="col" aria-sort={isSorted ? direction : 'none'}>
      <button
        type="button"
        className="sort-button"
        onClick={() => {
          onSort({ by, isDescending: isSorted ? !sort.isDescending : isHighFirst })
        }}
      >
        {name}
        <span aria-hidden="true" className="sort-mark">
          {isSorted ? (sort.isDescending ? '▼' : '▲') : '↕'}
        </span>
      </button>
    </th>
  )
}
