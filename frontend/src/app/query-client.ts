import { type Query, QueryClient } from '@tanstack/react-query'
import { toProblem } from '@/api/problem'
import { secondsUntilRetry } from '@/api/retry'

const AT_ONCE_MS = 100
const NEW_MS = 2000

/** Milliseconds until a failed query is retried; null if it is not retried. */
function computeRemainingDelay({ state }: Query): number | null {
  const seconds = secondsUntilRetry(toProblem(state.error), state.errorUpdateCount)
  return seconds === null ? null : Math.max(AT_ONCE_MS, state.errorUpdatedAt + seconds * 1000 - Date.now())
}

function computeRefetchDelay(query: Query): number | false {
  const isWaiting = query.state.status === 'error' && query.state.fetchStatus === 'idle'
  return isWaiting && (computeRemainingDelay(query) ?? false)
}

/**
 * Whether a part of the page that appears asks again for what has failed. An error that is new stands: to ask again would
 * take its notice away, with what is being typed into it.
 */
function asksAgain(query: Query): boolean {
  return computeRemainingDelay(query) === null && Date.now() - query.state.errorUpdatedAt > NEW_MS
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
        retryOnMount: asksAgain,
      },
    },
  })
}
