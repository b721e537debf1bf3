import { lazy, useRef, useState } from 'react'
import type { Run } from '@/api/gen/types.gen'
import { LazyPart } from '@/components/lazy-part'
import { computeShare, formatShare } from '@/components/runs/run-state'
import { Status } from '@/components/status'
import { useRunNews } from './use-run-news'
import { useWatchedRun } from './use-watched-run'

const RunsDialog = lazy(() => import('./runs-dialog').then((module) => ({ default: module.RunsDialog })))

function describeActive(run: Run): string {
  switch (run.state) {
    case 'queued':
      return 'Run queued'
    case 'cancelling':
      return 'Cancelling run'
    case 'interrupted':
      return `Run interrupted, ${formatShare(run)}`
    default:
      return `Run ${formatShare(run)}`
  }
}

/** A button that shows the run under way, or the last one if it failed, and opens the runs. */
export function RunsChip({ opensAtOnce }: { opensAtOnce: boolean }) {
  const opener = useRef<HTMLButtonElement>(null)
  const [isOpen, setIsOpen] = useState(opensAtOnce)
  const { runs, active } = useWatchedRun()
  const news = useRunNews(runs)
  const hasFailed = active === undefined && runs?.[0]?.state === 'failed'
  return (
    <>
      <button
        ref={opener}
        type="button"
        className={`button-quiet${active === undefined ? '' : ' runs-chip'}${hasFailed ? ' runs-failed' : ''}`}
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
      >
        {active === undefined ? (hasFailed ? 'Run failed' : 'Runs') : describeActive(active)}
        {active !== undefined && <progress aria-hidden="true" value={computeShare(active)} />}
      </button>
      <Status>{news}</Status>
      {isOpen && (
        <LazyPart>
          <RunsDialog runs={runs ?? []} active={active} opener={opener} onClose={() => setIsOpen(false)} />
        </LazyPart>
      )}
    </>
  )
}
