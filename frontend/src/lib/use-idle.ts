import { useEffect, useState } from 'react'

const LONGEST_MS = 1000

/** Whether the browser has had nothing more urgent to do once; at the latest after a second. */
export function useIdle(): boolean {
  const [isIdle, setIsIdle] = useState(false)
  useEffect(() => {
    const become = (): void => {
      setIsIdle(true)
    }
    if (!('requestIdleCallback' in window)) {
      const timer = setTimeout(become)
      return () => {
        clearTimeout(timer)
      }
    }
    const request = window.requestIdleCallback(become, { timeout: LONGEST_MS })
    return () => {
      window.cancelIdleCallback(request)
    }
  }, [])
  return isIdle
}
