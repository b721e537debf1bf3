import { infiniteQueryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { stocks } from './gen/sdk.gen'

const PAGE = 20

export const getStocks = (query: string) =>
  infiniteQueryOptions({
    queryKey: ['stocks', query],
    queryFn: async ({ signal, pageParam }) =>
      (
        await stocks({
          client: gateway,
          query: { query, limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) },
          signal,
          throwOnError: true,
        })
      ).data,
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor: cursor }) => cursor,
    staleTime: 60_000,
  })
