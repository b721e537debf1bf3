import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { models } from './gen/sdk.gen'

export const getModels = () =>
  queryOptions({
    queryKey: ['models'],
    queryFn: async ({ signal }) => (await models({ client: gateway, signal, throwOnError: true })).data.models,
    staleTime: Number.POSITIVE_INFINITY,
  })
