import type { ReactNode } from 'react'
import { problemOf } from '@/api/problem'
import { ErrorBoundary } from './error-boundary'
import { ProblemNotice } from './notices/problem-notice'

/** What breaks inside stays inside, and says so. */
export function Guarded({ children }: { children: ReactNode }) {
  return (
    <ErrorBoundary fallback={(error, reset) => <ProblemNotice problem={problemOf(error)} onRetry={reset} />}>
      {children}
    </ErrorBoundary>
  )
}
