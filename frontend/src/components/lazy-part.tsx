import { type ReactNode, Suspense } from 'react'
import { ErrorBoundary } from './error-boundary'
import { Status } from './status'

/** Around a lazy dialog: says that it is on its way, or that it could not be fetched. */
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
