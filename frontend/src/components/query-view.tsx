import type { UseInfiniteQueryResult, UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useContext } from 'react'
import { toProblem } from '@/api/problem'
import { secondsUntilRetry } from '@/api/retry'
import { AwaitsSymbol } from '@/lib/awaits-symbol'
import { Loading } from './loading'
import { ProblemNotice } from './notices/problem-notice'
import { StaleNotice } from './notices/stale-notice'
import { Status } from './status'

interface QueryViewProps<T> {
  query: UseQueryResult<T> | UseInfiniteQueryResult<T>
  /** The name of the requested data, as in "Loading …". */
  what: string
  skeleton: ReactNode
  children: (data: T) => ReactNode
}

export function QueryView<T>({ query, what, skeleton, children }: QueryViewProps<T>) {
  const awaitsSymbol = useContext(AwaitsSymbol)
  if (query.data !== undefined) {
    return (
      <>
        <Status>{`Loaded ${what}`}</Status>
        {query.error !== null && <StaleNotice problem={toProblem(query.error)} since={query.dataUpdatedAt} />}
        {children(query.data)}
      </>
    )
  }
  if (query.error !== null && !awaitsSymbol) {
    const problem = toProblem(query.error)
    const seconds = secondsUntilRetry(problem, query.errorUpdateCount)
    return (
      <ProblemNotice
        problem={problem}
        isRetrying={query.isFetching}
        retryAt={seconds === null ? null : query.errorUpdatedAt + seconds * 1000}
        onRetry={() => void query.refetch()}
      />
    )
  }
  return <Loading what={what} skeleton={skeleton} />
}
