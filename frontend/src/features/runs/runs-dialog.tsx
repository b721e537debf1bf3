import { useQuery } from '@tanstack/react-query'
import type { RefObject } from 'react'
import { getRuns } from '@/api/get-runs'
import { toProblem } from '@/api/problem'
import type { Run } from '@/api/gen/types.gen'
import { Dialog } from '@/components/dialog'
import { ProblemNotice } from '@/components/notices/problem-notice'
import { RunProgress } from '@/components/runs/run-progress'
import { isActive } from '@/components/runs/run-state'
import '@/components/runs/runs.css'
import { StartRun } from '@/components/runs/start-run'
import { PastRun } from './past-run'
import './runs.css'

interface RunsDialogProps {
  runs: readonly Run[]
  /** The run under way. */
  active: Run | undefined
  opener: RefObject<HTMLElement | null>
  onClose: () => void
}

function NewRun() {
  return (
    <section aria-labelledby="new-run">
      <h3 id="new-run">Start a run</h3>
      <p>
        Evaluates every symbol with all models, 1 and 5 sessions ahead, for the screener and the leaderboard. Symbols
        that have not changed since the last run are not computed again.
      </p>
      <StartRun />
    </section>
  )
}

/** The run under way, the start of another, and the last ones. */
export function RunsDialog({ runs, active, opener, onClose }: RunsDialogProps) {
  const { data, error, refetch, isFetching } = useQuery(getRuns())
  const waiting = runs.filter((run) => isActive(run) && run.id !== active?.id)
  const past = runs.filter((run) => !isActive(run))
  return (
    <Dialog title="Runs over all symbols" className="runs-dialog" opener={opener} onClose={onClose}>
      <div className="runs-text">
        {error !== null && (
          <ProblemNotice problem={toProblem(error)} isRetrying={isFetching} onRetry={() => void refetch()} />
        )}
        {active === undefined ? (
          <NewRun />
        ) : (
          <section aria-label="The run under way">
            <RunProgress run={active} />
          </section>
        )}
        {waiting.length > 0 && (
          <section aria-labelledby="waiting-runs">
            <h3 id="waiting-runs">Waiting</h3>
            {waiting.map((run) => (
              <RunProgress key={run.id} run={run} />
            ))}
          </section>
        )}
        {data !== undefined && (
          <section aria-labelledby="past-runs">
            <h3 id="past-runs">Last runs</h3>
            {past.length === 0 ? (
              <p className="fine-print">None has ended yet.</p>
            ) : (
              <ul className="past-runs">
                {past.map((run) => (
                  <PastRun key={run.id} run={run} />
                ))}
              </ul>
            )}
          </section>
        )}
      </div>
    </Dialog>
  )
}
