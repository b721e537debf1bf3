import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { getRuns } from '@/api/get-runs'
import type { Run } from '@/api/gen/types.gen'
import { watchRun } from '@/api/watch-run'
import { storeRun } from '@/components/runs/run-cache'
import { selectActive } from '@/components/runs/run-state'
import { useVisible } from '@/lib/use-visible'

const REST_MS = 60_000
const POLL_MS = 2000
const WATCH_AGAIN_MS = 20_000

/**
 * The run under way, followed by its events while the page is in view: a browser has six connections to a server, which
 * the tabs share. Without events the list is asked for every two seconds while a run goes, and once a minute while none does.
 */
export function useWatchedRun(): { runs: readonly Run[] | undefined; active: Run | undefined } {
  const queries = useQueryClient()
  const [isLost, setIsLost] = useState(false)
  const isVisible = useVisible()
  const { data } = useQuery({
    ...getRuns(),
    refetchInterval: ({ state }) => (isLost && selectActive(state.data?.runs ?? []) !== undefined ? POLL_MS : REST_MS),
  })
  const active = selectActive(data?.runs ?? [])
  const id = active?.id

  useEffect(() => {
    if (id === undefined || isLost || !isVisible) return
    return watchRun(id, {
      onRun: (run) => storeRun(queries, run),
      onLost: () => setIsLost(true),
    })
  }, [id, isLost, isVisible, queries])

  useEffect(() => {
    if (!isLost) return
    const timer = setTimeout(() => setIsLost(false), WATCH_AGAIN_MS)
    return () => clearTimeout(timer)
  }, [isLost])

  return { runs: data?.runs, active }
}
