import { type ReactNode, Suspense } from 'react'
import { ErrorBoundary } from './error-boundary'
import { Status } from './status'

/** Wraps a lazy dialog: announces that it is loading, or that it could not be fetched. */
export function LazyPart({ children }: { children: ReactNode }) {
  return (
    <ErrorBoundary
      fallback={() => (
        <p role="alert" className="lazy-problem">
          This part of the page could not be shown. Reload the page, then try again.
        </p>
      )}
    >
      <Suspense fallback={<Status>Opening…</Status>}>{children}</Suspense>
    </ErrorBoundary>
  )
}
