import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { hasStalenessEnded, staleness } from '@/api/staleness'

const CHECK_MS = 5000

/** A note that the data shown is from before the database stopped answering; refreshes it when the database is back. */
export function StaleAnswersNotice() {
  const isStale = useSyncExternalStore(staleness.subscribe, staleness.get)
  const queryClient = useQueryClient()
  useEffect(() => {
    if (!isStale) return
    const timer = setInterval(() => {
      hasStalenessEnded()
        .then((hasEnded) => (hasEnded ? queryClient.invalidateQueries() : undefined))
        .catch(() => undefined) // asked again
    }, CHECK_MS)
    return () => clearInterval(timer)
  }, [isStale, queryClient])
  return (
    <div role="status">
      {isStale && (
        <p className="stale-chip">
          <strong>Stale data.</strong> The database is not answering; newer bars may exist.
        </p>
      )}
    </div>
  )
}
