import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { run } from './gen/sdk.gen'

/** One run with its failures, which the list of runs leaves out. */
export const getRun = (id: string) =>
  queryOptions({
    queryKey: ['run', id],
    queryFn: async ({ signal }) =>
      (await run({ client: gateway, path: { run_id: id }, signal, throwOnError: true })).data,
    staleTime: 1000,
  })
