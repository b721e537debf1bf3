import { lazy, useState } from 'react'
import { LazyPart } from '@/components/lazy-part'
import type { NumbersTableProps } from './numbers-table'

const NumbersTable = lazy(async () => ({ default: (await import('./numbers-table')).NumbersTable }))

/** The numbers of the chart, fetched and shown only when they are asked for. */
export function Numbers(props: NumbersTableProps) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details
      className="numbers"
      onToggle={(event) => {
        setIsOpen(event.currentTarget.open)
      }}
    >
      <summary>Show as a table</summary>
      {isOpen && (
        <LazyPart>
          <NumbersTable {...props} />
        </LazyPart>
      )}
    </details>
  )
}
