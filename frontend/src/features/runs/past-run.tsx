import type { Run } from '@/api/gen/types.gen'
import { RunFailures } from '@/components/runs/run-failures'
import { describeRequest, explainState, STATE_NAMES } from '@/components/runs/run-state'
import { roughDuration } from '@/lib/duration'
import { count, moment } from '@/lib/format'

const SECOND_MS = 1000

function describeDuration({ started_at: startedAt, ended_at: endedAt }: Run): string {
  if (startedAt === null || endedAt === null) return ''
  return `, took ${roughDuration((Date.parse(endedAt) - Date.parse(startedAt)) / SECOND_MS)}`
}

function describeReuse({ n_reused: nReused }: Run): string {
  return nReused === 0 ? '' : `, ${count(nReused)} unchanged since an earlier run`
}

export function PastRun({ run }: { run: Run }) {
  const explanation = explainState(run)
  const at = run.ended_at ?? run.created_at
  return (
    <li>
      <p>
        <strong className={`run-${run.state}`}>{STATE_NAMES[run.state]}</strong>{' '}
        <time dateTime={at}>{moment(at)}</time>
        {describeDuration(run)}
      </p>
      <p className="fine-print">
        {describeRequest(run)}
        {describeReuse(run)}
      </p>
      {explanation !== null && <p className="run-failed">{explanation}</p>}
      <RunFailures run={run} />
    </li>
  )
}
