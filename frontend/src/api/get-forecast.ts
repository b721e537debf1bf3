import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { forecast } from './gen/sdk.gen'

export const getForecast = (symbol: string) =>
  queryOptions({
    queryKey: ['forecast', symbol],
    queryFn: async ({ signal }) =>
      (await forecast({ client: gateway, path: { symbol }, signal, throwOnError: true })).data,
    staleTime: 60_000,
  })
