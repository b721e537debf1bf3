import { useQuery } from '@tanstack/react-query'
import { getRuns } from '@/api/get-runs'
import { RunProgress } from './run-progress'
import { selectActive } from './run-state'
import { StartRun } from './start-run'

export const NO_COMPLETE_RUN = '/problems/no-complete-run'

interface NoCompleteRunProps {
  horizon: number
  level?: number
}

/** What is shown before the first run is complete: the run under way, or how to start one. */
export function NoCompleteRun({ horizon, level }: NoCompleteRunProps) {
  const { data } = useQuery(getRuns())
  const active = selectActive(data?.runs ?? [])
  return (
    <section className="no-run" aria-labelledby="no-run-heading">
      <h3 id="no-run-heading">{active === undefined ? 'Nothing has been evaluated yet' : 'The symbols are being evaluated'}</h3>
      {active === undefined ? (
        <>
          <p>
            No run over all symbols is complete for {horizon === 1 ? '1 session' : `${String(horizon)} sessions`} ahead
            {level === undefined ? '' : ` at level ${String(level)} %`}.
          </p>
          <p>
            A run walks every symbol forward through its last 250 sessions with all models. 505 symbols take about half a
            minute on two cores.
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
