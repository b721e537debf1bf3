import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { normaliseSymbol } from '@/address/normalise-symbol'
import { rememberAccessKey } from '@/api/access-key'
import { type FileReport, isUnanswered, loadBars, loadFile, type UploadObserver } from '@/api/load-bars'
import { type ProblemError, toProblem } from '@/api/problem'
import { refuseFile } from '@/features/load-bars/check-file'
import { guessSymbol } from '@/features/load-bars/guess-symbol'

export type Outcome =
  | { at: 'waiting' }
  | { at: 'sending' }
  | { at: 'refused'; reason: string }
  | { at: 'failed'; problem: ProblemError }
  | { at: 'unknown'; problem: ProblemError | null }
  | { at: 'checked'; report: FileReport }
  | { at: 'loaded'; report: FileReport }

export interface Entry {
  file: File
  symbol: string
  /** Whether the file may hold this symbol only; otherwise it is the symbol of a file that names none. */
  isOnlySymbol: boolean
  outcome: Outcome
}

function toEntry(file: File): Entry {
  const reason = refuseFile(file)
  const outcome: Outcome = reason === null ? { at: 'waiting' } : { at: 'refused', reason }
  return { file, symbol: guessSymbol(file.name) ?? '', isOnlySymbol: false, outcome }
}

async function sendFile(entry: Entry, key: string, isLoad: boolean, observer: UploadObserver): Promise<FileReport> {
  const { file, isOnlySymbol } = entry
  const symbol = normaliseSymbol(entry.symbol)
  const query = { mode: 'upsert', dry_run: !isLoad } as const
  if (!isOnlySymbol) return loadFile({ file, key, query: symbol === '' ? query : { ...query, symbol } }, observer)
  return { reports: [await loadBars({ file, symbol, key, query }, observer)], refused: [], skipped: [], stopped: null }
}

/** Checks and loads several files, one after the other; a file that fails does not stop the others. */
export function useManyFiles(files: readonly File[], onRun: (controller: AbortController | null) => void) {
  const queries = useQueryClient()
  const [entries, setEntries] = useState(() => files.map(toEntry))
  const [shown, setShown] = useState(files)
  if (shown !== files) {
    setShown(files)
    setEntries(files.map(toEntry))
  }

  function change(at: number, changed: Partial<Entry>): void {
    setEntries((now) => now.map((entry, i) => (i === at ? { ...entry, ...changed } : entry)))
  }

  async function sendOne(entry: Entry, key: string, isLoad: boolean, signal: AbortSignal): Promise<Outcome> {
    const progress = { sent: 0 }
    const onSent = (share: number): void => {
      progress.sent = share
    }
    try {
      const report = await sendFile(entry, key, isLoad, { signal, onSent, onDone: () => undefined })
      rememberAccessKey(key)
      return { at: isLoad ? 'loaded' : 'checked', report }
    } catch (error) {
      const problem = signal.aborted ? null : toProblem(error)
      if (isLoad && progress.sent === 1 && isUnanswered(problem)) return { at: 'unknown', problem }
      return problem === null ? { at: 'waiting' } : { at: 'failed', problem }
    }
  }

  /** Sends every entry that `isWanted` selects. */
  async function send(key: string, isLoad: boolean, isWanted: (entry: Entry) => boolean): Promise<void> {
    const controller = new AbortController()
    const { signal } = controller
    onRun(controller)
    for (const [i, entry] of entries.entries()) {
      if (signal.aborted || !isWanted(entry)) continue
      change(i, { outcome: { at: 'sending' } })
      change(i, { outcome: await sendOne(entry, key.trim(), isLoad, signal) })
    }
    onRun(null)
    if (isLoad) await queries.invalidateQueries()
  }

  return {
    entries,
    rename: (at: number, symbol: string) => change(at, { symbol, isOnlySymbol: symbol.trim() !== '', outcome: { at: 'waiting' } }),
    check: (key: string) => void send(key, false, ({ outcome }) => outcome.at !== 'refused'),
    load: (key: string) => void send(key, true, ({ outcome }) => outcome.at === 'checked'),
  }
}
