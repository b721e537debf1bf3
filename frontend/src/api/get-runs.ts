import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { listRuns } from './gen/sdk.gen'

/**
 * The last runs, newest first, without their failures. The browser sends the ETag of its copy, so an unchanged list costs
 * a few bytes.
 */
export const getRuns = () =>
  queryOptions({
    queryKey: ['runs'],
    queryFn: async ({ signal }) => (await listRuns({ client: gateway, signal, throwOnError: true })).data,
    staleTime: 1000,
  })
