import { useEffect, useState } from 'react'

const loaded = new Map<unknown, unknown>()

/** Imports what `useLoaded` is going to be asked for. */
export async function preload<T>(load: () => Promise<T>): Promise<T> {
  const module = await load()
  loaded.set(load, module)
  return module
}

/**
 * What `load` imports; undefined until it is there, and not asked for before it is wanted. Throws while rendering if it
 * cannot be had.
 *
 * In place of `lazy` where time counts: Suspense holds back for 300 ms what comes after a placeholder.
 */
export function useLoaded<T>(load: () => Promise<T>, isWanted = true): T | undefined {
  const [found, setFound] = useState<{ module?: T; error?: Error }>({ module: loaded.get(load) as T })
  useEffect(() => {
    if (!isWanted) return
    let isMounted = true
    preload(load).then(
      (module) => {
        if (isMounted) setFound({ module })
      },
      (error: unknown) => {
        if (isMounted) setFound({ error: error instanceof Error ? error : new Error(String(error)) })
      },
    )
    return () => {
      isMounted = false
    }
  }, [load, isWanted])
  if (found.error !== undefined) throw found.error
  return found.module
}
