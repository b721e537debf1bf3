import { useQuery } from '@tanstack/react-query'
import { getRun } from '@/api/get-run'
import type { Run } from '@/api/gen/types.gen'
import { Disclosure } from '@/components/disclosure'
import { QueryView } from '@/components/query-view'
import { count, formatCount } from '@/lib/format'

function FailureList({ id }: { id: string }) {
  const query = useQuery(getRun(id))
  return (
    <QueryView query={query} what="the failures" skeleton={<div className="skeleton-block" />}>
      {({ failures, n_failed: nFailed }) => (
        <>
          <ul className="run-failures">
            {failures.map(({ symbol, reason }) => (
              <li key={symbol}>
                <strong>{symbol}</strong>: {reason}
              </li>
            ))}
          </ul>
          {failures.length < nFailed && <p className="fine-print">The first {count(failures.length)} are listed.</p>}
        </>
      )}
    </QueryView>
  )
}

/** The symbols of a run that could not be evaluated, with the reasons, which are requested when they are opened. */
export function RunFailures({ run: { id, n_failed: nFailed } }: { run: Run }) {
  if (nFailed === 0) return <></>
  const summary = `${formatCount(nFailed, 'symbol')} could not be evaluated`
  return <Disclosure summary={summary}>{() => <FailureList id={id} />}</Disclosure>
}
