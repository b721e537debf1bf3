import { type ReactNode, Suspense } from 'react'
import { ErrorBoundary } from './error-boundary'
import { Status } from './status'

/** Wraps a part that is fetched when it is opened: announces that it is loading or has failed to load. */
export function LazyPart({ children }: { children: ReactNode }) {
  return (
    <ErrorBoundary
      fallback={() => (
        <p role="alert" className="lazy-problem">
          This part of the page could not be loaded. Reload the page and try again.
        </p>
      )}
    >
      <Suspense fallback={<Status>Opening…</Status>}>{children}</Suspense>
    </ErrorBoundary>
  )
}
