import { queryOptions } from '@tanstack/react-query'
import type { SymbolView } from '@/lib/view'
import { gateway } from './client'
import { forecast } from './gen/sdk.gen'

export const getForecast = ({
  symbol,
  model,
  horizon,
  level,
  isAdjusted,
}: Pick<SymbolView, 'symbol' | 'model' | 'horizon' | 'level' | 'isAdjusted'>) =>
  queryOptions({
    queryKey: ['forecast', symbol, model, horizon, level, isAdjusted],
    queryFn: async ({ signal }) =>
      (
        await forecast({
          client: gateway,
          path: { symbol },
          query: { model, horizon, level, adjusted: isAdjusted },
          signal,
          throwOnError: true,
        })
      ).data,
    staleTime: 60_000,
  })
