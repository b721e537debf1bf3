import { type Query, QueryClient } from '@tanstack/react-query'
import { toProblem } from '@/api/problem'
import { secondsUntilRetry } from '@/api/retry'

const AT_ONCE_MS = 100

/** Milliseconds until a failed query is retried; null if it is not retried. */
function computeRemainingDelay({ state }: Query): number | null {
  const seconds = secondsUntilRetry(toProblem(state.error), state.errorUpdateCount)
  return seconds === null ? null : Math.max(AT_ONCE_MS, state.errorUpdatedAt + seconds * 1000 - Date.now())
}

function computeRefetchDelay(query: Query): number | false {
  const isWaiting = query.state.status === 'error' && query.state.fetchStatus === 'idle'
  return isWaiting && (computeRemainingDelay(query) ?? false)
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        refetchOnWindowFocus: false,
        refetchOnReconnect: ({ state }) => (state.status === 'error' ? 'always' : false),
        refetchInterval: computeRefetchDelay,
        retry: false,
        retryOnMount: (query) => computeRemainingDelay(query) === null,
      },
    },
  })
}
