interface Sort<T> {
  by: T
  isDescending: boolean
}

interface SortHeaderProps<T extends string> {
  by: T
  name: string
  /** Shown on hover. */
  meaning?: string
  className?: string | undefined
  /** Whether the first click sorts the highest value to the top. */
  isHighFirst: boolean
  sort: Sort<T>
  onSort: (sort: Sort<T>) => void
}

/** A column's heading, a button that sorts by it, or the other way round. */
export function SortHeader<T extends string>(props: SortHeaderProps<T>) {
  const { by, name, meaning, className, isHighFirst, sort, onSort } = props
  const isSorted = sort.by === by
  const direction = sort.isDescending ? 'descending' : 'ascending'
  return (
    <th scope="col" aria-sort={isSorted ? direction : 'none'} title={meaning} className={className}>
      <button
        type="button"
        className="sort-button"
        onClick={() => onSort({ by, isDescending: isSorted ? !sort.isDescending : isHighFirst })}
      >
        {name}
        <span aria-hidden="true" className="sort-mark">
          {isSorted ? (sort.isDescending ? '▼' : '▲') : '↕'}
        </span>
      </button>
    </th>
  )
}
