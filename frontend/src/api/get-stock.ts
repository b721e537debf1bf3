import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { stock } from './gen/sdk.gen'

export const getStock = (symbol: string) =>
  queryOptions({
    queryKey: ['stock', symbol],
    queryFn: async ({ signal }) =>
      (await stock({ client: gateway, path: { symbol }, signal, throwOnError: true })).data,
    staleTime: 60_000,
  })
