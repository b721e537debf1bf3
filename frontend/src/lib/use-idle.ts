import { useEffect, useState } from 'react'

const LONGEST_MS = 1000

/** Whether the browser has been idle once; true after a second at the latest. */
export function useIdle(): boolean {
  const [isIdle, setIsIdle] = useState(false)
  useEffect(() => {
    const become = (): void => {
      setIsIdle(true)
    }
    if (!('requestIdleCallback' in window)) {
      const timer = setTimeout(become)
      return () => clearTimeout(timer)
    }
    const request = window.requestIdleCallback(become, { timeout: LONGEST_MS })
    return () => window.cancelIdleCallback(request)
  }, [])
  return isIdle
}
