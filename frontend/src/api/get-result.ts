import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { result } from './gen/sdk.gen'

export const getResult = (symbol: string) =>
  queryOptions({
    queryKey: ['result', symbol],
    queryFn: async ({ signal }) =>
      (await result({ client: gateway, body: { stock_symbol: symbol }, signal, throwOnError: true })).data,
    staleTime: 60_000,
  })
