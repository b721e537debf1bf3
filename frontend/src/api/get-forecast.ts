import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { forecastLevels } from './forecast-levels'
import { forecast } from './gen/sdk.gen'
import type { ForecastRequest } from './request-types'

export const getForecast = ({ symbol, model, horizon, level, asOf, isAdjusted }: ForecastRequest) =>
  queryOptions({
    queryKey: ['forecast', symbol, model, horizon, level, asOf, isAdjusted],
    queryFn: async ({ signal }) =>
      (
        await forecast({
          client: gateway,
          path: { symbol },
          query: {
            model,
            horizon,
            level: forecastLevels(level),
            ...(asOf === null ? {} : { as_of: asOf }),
            adjusted: isAdjusted,
          },
          signal,
          throwOnError: true,
        })
      ).data,
    staleTime: 60_000,
  })
