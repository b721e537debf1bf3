import { QueryClient } from '@tanstack/react-query'
import { problemOf } from '@/api/problem'

const MAX_RETRIES = 1

export function createQueryClient(retryDelay = 1000): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < MAX_RETRIES && problemOf(error).isUnreachable,
        retryDelay,
      },
    },
  })
}
