import { useCallback, useState } from 'react'
import { useIdle } from './use-idle'
import { useLazyModule } from './use-lazy-module'

/**
 * Loads the module that replaces a plain input, when the browser is idle or, by `onUse`, at the first use. The module is
 * large, and the page is ready sooner without it.
 */
export function useLazyUpgrade<T>(load: () => Promise<T>): { module: T | undefined; onUse: () => void } {
  const isIdle = useIdle()
  const [isUsed, setIsUsed] = useState(false)
  const module = useLazyModule(load, isIdle || isUsed)
  const onUse = useCallback(() => setIsUsed(true), [])
  return { module, onUse }
}
