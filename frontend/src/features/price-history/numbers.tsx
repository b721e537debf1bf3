import { lazy } from 'react'
import { Disclosure } from '@/components/disclosure'
import { LazyPart } from '@/components/lazy-part'
import type { NumbersTableProps } from './numbers-table'

const NumbersTable = lazy(async () => ({ default: (await import('./numbers-table')).NumbersTable }))

/** The numbers of the chart, fetched and shown only when they are asked for. */
export function Numbers(props: NumbersTableProps) {
  return (
    <Disclosure summary="Show as a table">
      {() => (
        <LazyPart>
          <NumbersTable {...props} />
        </LazyPart>
      )}
    </Disclosure>
  )
}
