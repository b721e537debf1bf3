import { useQueryClient } from '@tanstack/react-query'
import { cancelRun } from '@/api/change-run'
import type { Run } from '@/api/gen/types.gen'
import { KeyedAction } from './keyed-action'
import { storeRun } from './run-cache'
import { RunFailures } from './run-failures'
import { computeShare, describeProgress, describeRequest, explainState, isActive, STATE_NAMES } from './run-state'

/** A run that has not ended: how far it is, what failed, and a button that cancels it. */
export function RunProgress({ run }: { run: Run }) {
  const queries = useQueryClient()
  const explanation = explainState(run)
  return (
    <div className="run-progress">
      <p className="run-title">
        <strong>{STATE_NAMES[run.state]}</strong> <span className="fine-print">{describeRequest(run)}</span>
      </p>
      <progress aria-label="Symbols done" value={computeShare(run)} />
      <p>{describeProgress(run)}</p>
      {explanation !== null && <p className="fine-print">{explanation}</p>}
      <RunFailures run={run} />
      {isActive(run) && run.state !== 'cancelling' && (
        <KeyedAction
          label="Cancel this run"
          busyLabel="Cancelling…"
          act={async (key) => {
            storeRun(queries, await cancelRun(run.id, key))
            return undefined
          }}
        />
      )}
    </div>
  )
}
