import { gateway } from './client'
import { cancelRun as cancel, startRun as start } from './gen/sdk.gen'
import type { Run, RunRequestInput } from './gen/types.gen'

/** Starts a run, or returns the one that computes the same. */
export async function startRun(request: RunRequestInput, key: string): Promise<Run> {
  const headers = { 'X-API-Key': key }
  return (await start({ client: gateway, body: request, headers, throwOnError: true })).data
}

/** Cancels a run: symbols in progress are dropped. */
export async function cancelRun(id: string, key: string): Promise<Run> {
  const headers = { 'X-API-Key': key }
  return (await cancel({ client: gateway, path: { run_id: id }, headers, throwOnError: true })).data
}
