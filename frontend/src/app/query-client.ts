import { type Query, QueryClient } from '@tanstack/react-query'
import { problemOf } from '@/api/problem'
import { secondsUntilRetry } from '@/api/retry'

const AT_ONCE_MS = 100

/** What is left of the wait before a failed query is asked again; null if it is not to be. */
function millisecondsLeft({ state }: Query): number | null {
  const seconds = secondsUntilRetry(problemOf(state.error), state.errorUpdateCount)
  return seconds === null ? null : Math.max(AT_ONCE_MS, state.errorUpdatedAt + seconds * 1000 - Date.now())
}

function untilRetry(query: Query): number | false {
  const isWaiting = query.state.status === 'error' && query.state.fetchStatus === 'idle'
  return isWaiting && (millisecondsLeft(query) ?? false)
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        refetchOnWindowFocus: false,
        refetchOnReconnect: ({ state }) => (state.status === 'error' ? 'always' : false),
        refetchInterval: untilRetry,
        retry: false,
        retryOnMount: (query) => millisecondsLeft(query) === null,
      },
    },
  })
}
