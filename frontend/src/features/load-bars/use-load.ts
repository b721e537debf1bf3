import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { normaliseSymbol } from '@/address/normalise-symbol'
import { accessKey, rememberAccessKey } from '@/api/access-key'
import type { LoadBarsData, LoadReport } from '@/api/gen/types.gen'
import { loadBars } from '@/api/load-bars'
import { type ProblemError, problemOf } from '@/api/problem'
import { guessSymbol } from './guess-symbol'
import type { Drop } from './use-file-drop'

type Query = NonNullable<LoadBarsData['query']>
export type DateFormat = NonNullable<Query['date_format']>

export interface Wanted {
  file: File | null
  symbol: string
  name: string
  mode: LoadReport['mode']
  dateFormat: DateFormat | ''
  key: string
}

export type Step =
  | { at: 'form'; problem: ProblemError | null; note: string | null }
  | { at: 'sending'; isLoad: boolean; share: number; refused: string | null }
  | { at: 'report'; report: LoadReport }
  | { at: 'loaded'; report: LoadReport }

const MAY_BE_LOADED = 'The whole file had arrived, so its bars may have been loaded all the same. Check it again to see.'
const SERVER_ERROR = 500

function formWith(drop: Drop | null): Step {
  return { at: 'form', problem: null, note: drop !== null && 'refusal' in drop ? drop.refusal : null }
}

export function withFile(wanted: Wanted, file: File): Wanted {
  return { ...wanted, file, symbol: guessSymbol(file.name) ?? wanted.symbol }
}

function withDrop(wanted: Wanted, drop: Drop | null): Wanted {
  return drop !== null && 'file' in drop ? withFile(wanted, drop.file) : wanted
}

function initially(shown: string | undefined): Wanted {
  return { file: null, symbol: shown ?? '', name: '', mode: 'upsert', dateFormat: '', key: accessKey() ?? '' }
}

function queryOf({ name, mode, dateFormat }: Wanted): Query {
  return {
    mode,
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(dateFormat === '' ? {} : { date_format: dateFormat }),
  }
}

/** From the form to the loaded bars and back: what is typed and chosen stays, whatever fails. */
export function useLoad(shown: string | undefined, drop: Drop | null) {
  const queries = useQueryClient()
  const [wanted, setWanted] = useState(() => withDrop(initially(shown), drop))
  const [step, setStep] = useState(() => formWith(drop))
  const [seen, setSeen] = useState(drop)
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [])

  if (seen !== drop) {
    setSeen(drop)
    if (step.at === 'sending') {
      setStep({ ...step, refused: 'One file at a time: the one that you dropped has not been taken.' })
    } else {
      setWanted(withDrop(wanted, drop))
      setStep(formWith(drop))
    }
  }

  async function send(isLoad: boolean): Promise<void> {
    const { file } = wanted
    if (file === null) return
    const symbol = normaliseSymbol(wanted.symbol)
    const { signal } = (running.current = new AbortController())
    const progress = { sent: 0 }
    setStep({ at: 'sending', isLoad, share: 0, refused: null })
    const onSent = (share: number): void => {
      progress.sent = share
      setStep((now) => (now.at === 'sending' ? { ...now, share } : now))
    }
    try {
      const load = { file, symbol, key: wanted.key.trim(), query: { ...queryOf(wanted), dry_run: !isLoad } }
      const report = await loadBars(load, { signal, onSent })
      rememberAccessKey(wanted.key)
      setStep({ at: isLoad ? 'loaded' : 'report', report })
    } catch (error) {
      const problem = signal.aborted ? null : problemOf(error)
      const hasNoAnswer = problem === null || problem.isUnreachable || problem.status >= SERVER_ERROR
      const note = isLoad && progress.sent === 1 && hasNoAnswer ? MAY_BE_LOADED : null
      setStep({ at: 'form', problem, note })
    }
    if (isLoad) {
      const isAffected = (key: readonly unknown[]): boolean =>
        key[0] === 'stocks' || key[0] === 'symbols' || key.includes(symbol)
      await queries.invalidateQueries({ predicate: ({ queryKey }) => isAffected(queryKey) })
    }
  }

  return {
    wanted,
    step,
    change: (change: Partial<Wanted>) => {
      setWanted((now) => ({ ...now, ...change }))
    },
    choose: (file: File) => {
      setWanted((now) => withFile(now, file))
      setStep(formWith(null))
    },
    back: () => {
      setStep(formWith(null))
    },
    restart: () => {
      setWanted(initially(shown))
      setStep(formWith(null))
    },
    cancel: () => running.current?.abort(),
    check: () => void send(false),
    load: () => void send(true),
  }
}
