import { useCallback, useState } from 'react'
import { useIdle } from './use-idle'
import { useLoaded } from './use-lazy-module'

/**
 * What makes more of a plain input, and a way to ask for it at the first use, not when the browser is idle. It is large,
 * and a page that need not wait for it is there sooner.
 */
export function useUpgraded<T>(load: () => Promise<T>): { module: T | undefined; onUse: () => void } {
  const isIdle = useIdle()
  const [isUsed, setIsUsed] = useState(false)
  const module = useLoaded(load, isIdle || isUsed)
  const onUse = useCallback(() => {
    setIsUsed(true)
  }, [])
  return { module, onUse }
}
