import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { leaderboard } from './gen/sdk.gen'

export const getLeaderboard = (horizon: number) =>
  queryOptions({
    queryKey: ['leaderboard', horizon],
    queryFn: async ({ signal }) =>
      (await leaderboard({ client: gateway, query: { horizon }, signal, throwOnError: true })).data,
    staleTime: 60_000,
  })
