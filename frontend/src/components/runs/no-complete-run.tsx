import { useQuery } from '@tanstack/react-query'
import { getRuns } from '@/api/get-runs'
import type { Run } from '@/api/gen/types.gen'
import { formatCount } from '@/lib/format'
import { RunProgress } from './run-progress'
import { isActive, selectActive } from './run-state'
import { StartRun } from './start-run'

export const NO_COMPLETE_RUN = '/problems/no-complete-run'

interface NoCompleteRunProps {
  horizon: number
  level?: number
  /** Why there is no answer, as the problem says. */
  detail: string
}

/** Whether a run that is complete will be shown at this horizon and level. */
function covers({ request }: Run, horizon: number, level: number | undefined): boolean {
  const isOverAll = request.symbols == null && request.as_of == null
  return isOverAll && request.horizons?.includes(horizon) === true && (level === undefined || request.level === level)
}

/** What is shown before a run at this horizon and level is complete: the one under way, or how to start one. */
export function NoCompleteRun({ horizon, level, detail }: NoCompleteRunProps) {
  const { data } = useQuery(getRuns())
  const runs = data?.runs ?? []
  const active = selectActive(runs.filter((run) => covers(run, horizon, level)))
  const isComplete = runs.some((run) => run.state === 'succeeded' && covers(run, horizon, undefined))
  return (
    <section className="no-run" aria-labelledby="no-run-heading">
      <h3 id="no-run-heading">{active === undefined ? 'Not evaluated yet' : 'The symbols are being evaluated'}</h3>
      {active === undefined ? (
        <>
          <p>
            {isComplete
              ? detail
              : `No run over all symbols is complete for ${formatCount(horizon, 'session')} ahead${level === undefined ? '' : ` at level ${String(level)} %`}.`}
          </p>
          <p>
            A run walks every symbol forward through its last 250 sessions with all models. 505 symbols take about half a
            minute on two cores.
            {runs.some(isActive) && ' Another run is under way: a new one starts when it has ended.'}
          </p>
          <StartRun horizon={horizon} {...(level === undefined ? {} : { level })} />
        </>
      ) : (
        <>
          <p>This page shows the result as soon as the run is complete.</p>
          <RunProgress run={active} />
        </>
      )}
    </section>
  )
}
