import { gateway } from './client'
import { health } from './gen/sdk.gen'

let isServedStale = false
const listeners = new Set<() => void>()

function set(isStale: boolean): void {
  if (isStale === isServedStale) return
  isServedStale = isStale
  listeners.forEach((notify) => notify())
}

/** Reports whether the gateway has served data from before its database stopped answering; for useSyncExternalStore. */
export const staleness = {
  subscribe: (notify: () => void): (() => void) => {
    listeners.add(notify)
    return () => listeners.delete(notify)
  },
  get: () => isServedStale,
}

gateway.interceptors.response.use((response) => {
  if (response.headers.get('Warning')?.startsWith('110 ') === true) set(true)
  return response
})

/** Asks whether stale data is still being served; resolves to whether it has just ended. */
export async function hasStalenessEnded(): Promise<boolean> {
  const { data } = await health({ client: gateway })
  const isFresh = data !== undefined && !data.stale
  if (isFresh) set(false)
  return isFresh
}
