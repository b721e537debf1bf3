import type { ReactNode } from 'react'
import { toProblem } from '@/api/problem'
import { ErrorBoundary } from './error-boundary'
import { ProblemNotice } from './notices/problem-notice'

/** Shows a problem notice in place of its children when one of them throws. */
export function PanelBoundary({ children }: { children: ReactNode }) {
  return (
    <ErrorBoundary fallback={(error, reset) => <ProblemNotice problem={toProblem(error)} onRetry={reset} />}>
      {children}
    </ErrorBoundary>
  )
}
