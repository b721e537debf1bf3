import { useQueryClient } from '@tanstack/react-query'
import { startRun } from '@/api/change-run'
import { KeyedAction } from './keyed-action'
import { storeRun } from './run-cache'

interface StartRunProps {
  /** Sessions ahead that must be among those of the run. */
  horizon?: number
  level?: number
}

export const USUAL_HORIZONS = [1, 5]
const WINDOWS = 250

/** Starts a run over all symbols, at the usual horizons and at the given one. */
export function StartRun({ horizon = 1, level = 90 }: StartRunProps) {
  const queries = useQueryClient()
  const horizons = [...new Set([...USUAL_HORIZONS, horizon])].sort((a, b) => a - b)
  return (
    <KeyedAction
      label="Evaluate all symbols"
      busyLabel="Starting…"
      isPrimary
      act={async (key) => {
        const run = await startRun({ kind: 'evaluation', horizons, level, windows: WINDOWS }, key)
        storeRun(queries, run)
        return run.state === 'succeeded' ? 'Nothing has changed since this run was completed: it is the same run.' : undefined
      }}
    />
  )
}
