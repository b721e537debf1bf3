import { type Query, QueryClient } from '@tanstack/react-query'
import { problemOf } from '@/api/problem'
import { secondsUntilRetry } from '@/lib/retry'

function millisecondsUntilRetry({ state }: Query): number | false {
  if (state.status !== 'error') return false
  const seconds = secondsUntilRetry(problemOf(state.error), state.errorUpdateCount)
  return seconds === null ? false : seconds * 1000
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        refetchOnWindowFocus: false,
        refetchOnReconnect: ({ state }) => (state.status === 'error' ? 'always' : false),
        refetchInterval: millisecondsUntilRetry,
        retry: false,
        retryOnMount: ({ state }) => !problemOf(state.error).retryable,
      },
    },
  })
}
