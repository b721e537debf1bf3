import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { screener } from './gen/sdk.gen'
import type { ScreenerLevel } from './request-types'

export const getScreener = (horizon: number, level: ScreenerLevel) =>
  queryOptions({
    queryKey: ['screener', horizon, level],
    queryFn: async ({ signal }) =>
      (await screener({ client: gateway, query: { horizon, level, format: 'json' }, signal, throwOnError: true })).data,
    staleTime: 60_000,
    structuralSharing: false, // comparing 300,000 numbers with the last answer takes longer than drawing them
  })
