import type { QueryClient } from '@tanstack/react-query'
import { getRuns } from '@/api/get-runs'
import type { Run, RunList } from '@/api/gen/types.gen'

function replace({ runs }: RunList, run: Run): RunList {
  const isKnown = runs.some(({ id }) => id === run.id)
  return { runs: isKnown ? runs.map((old) => (old.id === run.id ? run : old)) : [run, ...runs] }
}

/** Puts what is known of a run into the list that the page shows. */
export function storeRun(queries: QueryClient, run: Run): void {
  queries.setQueryData(getRuns().queryKey, (list: RunList | undefined) => replace(list ?? { runs: [] }, run))
}

/** Refetches the answers of the last complete run. */
export function refreshAnswers(queries: QueryClient): void {
  void queries.invalidateQueries({ predicate: ({ queryKey: [name] }) => name === 'screener' || name === 'leaderboard' })
}
