import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { normaliseSymbol } from '@/address/normalise-symbol'
import { rememberAccessKey } from '@/api/access-key'
import type { LoadReport } from '@/api/gen/types.gen'
import { loadBars } from '@/api/load-bars'
import { type ProblemError, toProblem } from '@/api/problem'
import { refuseFile } from '@/features/load-bars/check-file'
import { guessSymbol } from '@/features/load-bars/guess-symbol'

export type Outcome =
  | { at: 'waiting' }
  | { at: 'sending' }
  | { at: 'refused'; reason: string }
  | { at: 'failed'; problem: ProblemError }
  | { at: 'checked'; report: LoadReport }
  | { at: 'loaded'; report: LoadReport }

export interface Entry {
  file: File
  symbol: string
  outcome: Outcome
}

function toEntry(file: File): Entry {
  const reason = refuseFile(file)
  const outcome: Outcome = reason === null ? { at: 'waiting' } : { at: 'refused', reason }
  return { file, symbol: guessSymbol(file.name) ?? '', outcome }
}

/** Checks and loads several files, one after the other; a file that fails does not stop the others. */
export function useManyFiles(files: readonly File[]) {
  const queries = useQueryClient()
  const [entries, setEntries] = useState(() => files.map(toEntry))
  const [isRunning, setIsRunning] = useState(false)
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [])

  function change(at: number, changed: Partial<Entry>): void {
    setEntries((now) => now.map((entry, i) => (i === at ? { ...entry, ...changed } : entry)))
  }

  async function sendOne({ file, symbol }: Entry, key: string, isLoad: boolean, signal: AbortSignal): Promise<Outcome> {
    try {
      const query = { mode: 'upsert', dry_run: !isLoad } as const
      const load = { file, symbol: normaliseSymbol(symbol), key, query }
      const report = await loadBars(load, { signal, onSent: () => undefined })
      rememberAccessKey(key)
      return { at: isLoad ? 'loaded' : 'checked', report }
    } catch (error) {
      return signal.aborted ? { at: 'waiting' } : { at: 'failed', problem: toProblem(error) }
    }
  }

  /** Sends every entry that `isWanted` selects. */
  async function send(key: string, isLoad: boolean, isWanted: (entry: Entry) => boolean): Promise<void> {
    const { signal } = (running.current = new AbortController())
    setIsRunning(true)
    for (const [i, entry] of entries.entries()) {
      if (signal.aborted || !isWanted(entry)) continue
      change(i, { outcome: { at: 'sending' } })
      change(i, { outcome: await sendOne(entry, key.trim(), isLoad, signal) })
    }
    setIsRunning(false)
    if (isLoad) await queries.invalidateQueries()
  }

  return {
    entries,
    isRunning,
    rename: (at: number, symbol: string) => {
      change(at, { symbol, outcome: { at: 'waiting' } })
    },
    check: (key: string) => void send(key, false, ({ outcome }) => outcome.at !== 'refused'),
    load: (key: string) => void send(key, true, ({ outcome }) => outcome.at === 'checked'),
    stop: () => running.current?.abort(),
  }
}
