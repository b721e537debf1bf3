import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { allSymbols } from './gen/sdk.gen'

export const getSymbols = () =>
  queryOptions({
    queryKey: ['symbols'],
    queryFn: async ({ signal }) => (await allSymbols({ client: gateway, signal, throwOnError: true })).data,
    staleTime: 60_000,
  })
