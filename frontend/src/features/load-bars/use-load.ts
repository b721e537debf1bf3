import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { normaliseSymbol } from '@/address/normalise-symbol'
import { accessKey, rememberAccessKey } from '@/api/access-key'
import type { LoadFileData, LoadReport } from '@/api/gen/types.gen'
import { type FileReport, isUnanswered, loadBars, loadFile, type UploadObserver } from '@/api/load-bars'
import { type ProblemError, toProblem } from '@/api/problem'
import { refuseFile } from './check-file'
import { guessSymbol } from './guess-symbol'
import type { Drop } from './use-file-drop'

type Query = NonNullable<LoadFileData['query']>
export type DateFormat = NonNullable<Query['date_format']>

export interface LoadRequest {
  file: File | null
  symbol: string
  /** Whether the file may hold this symbol only; otherwise it is the symbol of a file that names none. */
  isOnlySymbol: boolean
  name: string
  mode: LoadReport['mode']
  dateFormat: DateFormat | ''
  /** Which column holds which field, as in "close=Last,date=When". */
  columns: string
  decimal: '' | '.' | ','
  timezone: string
  /** Whether to make daily bars of hours or minutes. */
  isResampled: boolean
  key: string
}

export type Step =
  | { at: 'many'; files: readonly File[]; isRunning: boolean; refusal: string | null }
  | { at: 'form'; problem: ProblemError | null; note: string | null }
  | { at: 'sending'; isLoad: boolean; share: number; nDone: number; refusal: string | null }
  | { at: 'report'; report: LoadReport }
  | { at: 'loaded'; report: LoadReport }
  | { at: 'symbols'; report: FileReport; isLoaded: boolean }

const MAY_BE_LOADED = 'The whole file was sent, so its bars may have been loaded. Check the file again to see.'

/** Whether files are being sent. */
export function isSending(step: Step): step is Extract<Step, { refusal: string | null }> {
  return step.at === 'sending' || (step.at === 'many' && step.isRunning)
}

function createFormStep(drop: Drop | null): Step {
  return { at: 'form', problem: null, note: drop !== null && 'refusal' in drop ? drop.refusal : null }
}

function createFileStep(files: readonly File[]): Step {
  const [file] = files
  if (file !== undefined && files.length > 1) return { at: 'many', files, isRunning: false, refusal: null }
  return { at: 'form', problem: null, note: file === undefined ? null : refuseFile(file) }
}

/**
 * Fills the form from the file, unless there are several or it cannot be loaded. The symbol that the file before it named,
 * and the company of another symbol, are not of this file.
 */
function withFiles(request: LoadRequest, files: readonly File[]): LoadRequest {
  const [file] = files
  if (file === undefined || files.length > 1 || refuseFile(file) !== null) return request
  const guess = guessSymbol(file.name)
  const before = request.file === null ? null : guessSymbol(request.file.name)
  const symbol = guess ?? (request.symbol === before ? '' : request.symbol)
  const isOther = request.file !== null && symbol !== request.symbol
  const isOnlySymbol = request.isOnlySymbol && guess === null && symbol !== ''
  return { ...request, file, symbol, isOnlySymbol, name: isOther ? '' : request.name }
}

function withDrop(request: LoadRequest, drop: Drop | null): LoadRequest {
  return drop !== null && 'files' in drop ? withFiles(request, drop.files) : request
}

function createDropStep(drop: Drop | null): Step {
  return drop !== null && 'files' in drop ? createFileStep(drop.files) : createFormStep(drop)
}

function createRequest(shown: string | undefined): LoadRequest {
  const reading = { dateFormat: '', columns: '', decimal: '', timezone: '', isResampled: false } as const
  const symbol = { symbol: shown ?? '', isOnlySymbol: false }
  return { file: null, ...symbol, name: '', mode: 'upsert', ...reading, key: accessKey() ?? '' }
}

function buildQuery(request: LoadRequest): Query {
  const { mode, dateFormat, columns, decimal, timezone, isResampled } = request
  return {
    mode,
    ...(dateFormat === '' ? {} : { date_format: dateFormat }),
    ...(columns.trim() === '' ? {} : { columns: columns.trim() }),
    ...(decimal === '' ? {} : { decimal }),
    ...(timezone.trim() === '' ? {} : { timezone: timezone.trim() }),
    ...(isResampled ? { resample: 'daily' as const } : {}),
  }
}

/** Sends the file and says what comes next. One symbol by itself is shown in more detail than several. */
async function sendFile(request: LoadRequest, file: File, isLoad: boolean, observer: UploadObserver): Promise<Step> {
  const load = { file, key: request.key.trim() }
  const query = { ...buildQuery(request), dry_run: !isLoad }
  const symbol = normaliseSymbol(request.symbol)
  const name = request.name.trim()
  if (request.isOnlySymbol || name !== '') {
    const report = await loadBars({ ...load, symbol, query: name === '' ? query : { ...query, name } }, observer)
    return { at: isLoad ? 'loaded' : 'report', report }
  }
  const report = await loadFile({ ...load, query: symbol === '' ? query : { ...query, symbol } }, observer)
  const [first, ...others] = [...report.reports, ...report.refused]
  if (first === undefined || others.length > 0) return { at: 'symbols', report, isLoaded: isLoad }
  if ('inserted' in first) return { at: isLoad ? 'loaded' : 'report', report: withSkipped(first, report) }
  return sendFile({ ...request, symbol: first.symbol, isOnlySymbol: true }, file, isLoad, observer) // says more
}

function withSkipped(only: LoadReport, { skipped, stopped }: FileReport): LoadReport {
  const left = [...skipped.map((part) => `Not read: ${part}`), ...(stopped === null ? [] : [stopped])]
  return { ...only, notes: [...(only.notes ?? []), ...left] }
}

/** The state of a load, from the form to the loaded bars; input is kept when a request fails. */
export function useLoad(shown: string | undefined, drop: Drop | null) {
  const queries = useQueryClient()
  const [request, setRequest] = useState(() => withDrop(createRequest(shown), drop))
  const [step, setStep] = useState(() => createDropStep(drop))
  const [handledDrop, setHandledDrop] = useState(drop)
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [])

  if (handledDrop !== drop) {
    setHandledDrop(drop)
    if (isSending(step)) {
      setStep({ ...step, refusal: 'Wait for this upload: what you dropped was ignored.' })
    } else {
      setRequest(withDrop(request, drop))
      setStep(createDropStep(drop))
    }
  }

  async function send(isLoad: boolean): Promise<void> {
    const { file } = request
    if (file === null) return
    const { signal } = (running.current = new AbortController())
    const progress = { sent: 0 }
    setStep({ at: 'sending', isLoad, share: 0, nDone: 0, refusal: null })
    const onSent = (share: number): void => {
      progress.sent = share
      setStep((now) => (now.at === 'sending' ? { ...now, share } : now))
    }
    const onDone = (nDone: number): void => {
      setStep((now) => (now.at === 'sending' ? { ...now, nDone } : now))
    }
    try {
      const next = await sendFile(request, file, isLoad, { signal, onSent, onDone })
      rememberAccessKey(request.key)
      setStep(next)
    } catch (error) {
      const problem = signal.aborted ? null : toProblem(error)
      const note = isLoad && progress.sent === 1 && isUnanswered(problem) ? MAY_BE_LOADED : null
      setStep({ at: 'form', problem, note })
    }
    if (isLoad) await queries.invalidateQueries()
  }

  return {
    request,
    step,
    change: (change: Partial<LoadRequest>) => setRequest((now) => ({ ...now, ...change })),
    choose: (files: readonly File[]) => {
      setRequest((now) => withFiles(now, files))
      setStep(createFileStep(files))
    },
    back: () => setStep(createFormStep(null)),
    restart: () => {
      setRequest(createRequest(shown))
      setStep(createFormStep(null))
    },
    cancel: () => running.current?.abort(),
    /** Called when the sending of several files begins, with what stops it, and with null when it ends. */
    run: (controller: AbortController | null) => {
      running.current = controller
      setStep((now) => (now.at === 'many' ? { ...now, isRunning: controller !== null, refusal: null } : now))
    },
    check: () => void send(false),
    load: () => void send(true),
  }
}
