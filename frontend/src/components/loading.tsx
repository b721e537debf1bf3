import type { ReactNode } from 'react'
import { SlowNotice } from './notices/slow-notice'
import { Status } from './status'

interface LoadingProps {
  /** The name of the requested data, as in "Loading …". */
  what: string
  skeleton: ReactNode
}

/** What a panel shows before its data: a skeleton of the same size, with a notice on it if loading takes long. */
export function Loading({ what, skeleton }: LoadingProps) {
  return (
    <>
      <Status>{`Loading ${what}`}</Status>
      <div className="loading">
        <div className="skeleton" aria-hidden="true">
          {skeleton}
        </div>
        <SlowNotice what={what} />
      </div>
    </>
  )
}
