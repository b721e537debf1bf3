import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Run } from '@/api/gen/types.gen'
import type { RunState } from '@/api/request-types'
import { refreshAnswers } from '@/components/runs/run-cache'
import { announceChange } from '@/components/runs/run-state'

type States = ReadonlyMap<string, RunState>

function toStates(runs: readonly Run[]): States {
  return new Map(runs.map(({ id, state }) => [id, state]))
}

function isSame(one: States, other: States): boolean {
  return one.size === other.size && [...one].every(([id, state]) => other.get(id) === state)
}

/** What last changed of the runs, for screen readers; empty until something does. Refetches what a complete run changes. */
export function useRunNews(runs: readonly Run[] | undefined): string {
  const queries = useQueryClient()
  const [news, setNews] = useState('')
  const [known, setKnown] = useState<States | null>(null)
  const [nComplete, setNComplete] = useState(0)
  if (runs !== undefined) {
    const states = toStates(runs)
    if (known === null) {
      setKnown(states)
    } else if (!isSame(known, states)) {
      setKnown(states)
      const changed = runs.filter((run) => known.get(run.id) !== run.state).toReversed() // the oldest first
      const sentences = changed.flatMap((run) => announceChange(known.get(run.id), run) ?? [])
      if (sentences.length > 0) setNews(sentences.join(' '))
      if (changed.some(({ state }) => state === 'succeeded')) setNComplete(nComplete + 1)
    }
  }
  useEffect(() => {
    if (nComplete > 0) refreshAnswers(queries)
  }, [nComplete, queries])
  return news
}
