import type { Run } from '@/api/gen/types.gen'
import type { RunState } from '@/api/request-types'
import { count, formatCount, percent } from '@/lib/format'
import { roughDuration } from '@/lib/duration'

export const STATE_NAMES: Readonly<Record<RunState, string>> = {
  queued: 'Queued',
  running: 'Running',
  cancelling: 'Cancelling',
  cancelled: 'Cancelled',
  succeeded: 'Complete',
  failed: 'Failed',
  interrupted: 'Interrupted',
}

const EXPLANATIONS: Partial<Record<RunState, string>> = {
  queued: 'It starts when no other run is under way.',
  cancelling: 'Symbols under way are dropped; finished ones stay.',
  interrupted: 'It lost its process; it continues by itself.',
}

const ACTIVE: ReadonlySet<RunState> = new Set(['queued', 'running', 'cancelling', 'interrupted'])
const MAX_SHOWN_SHARE = 0.99 // 100 % would say that it has ended

export function isActive({ state }: Run): boolean {
  return ACTIVE.has(state)
}

/** Selects the run to show: the one under way, else the first that waits. */
export function selectActive(runs: readonly Run[]): Run | undefined {
  const active = runs.filter(isActive)
  return active.find(({ state }) => state !== 'queued') ?? active.at(-1)
}

/** The share of symbols that are done, from 0 to 1. */
export function computeShare({ n_done: nDone, n_symbols: nSymbols }: Run): number {
  return nSymbols === 0 ? 0 : nDone / nSymbols
}

export function formatShare(run: Run): string {
  return percent(Math.floor(Math.min(computeShare(run), MAX_SHOWN_SHARE) * 100) / 100)
}

/** What the run computes, as in "1 and 5 sessions ahead, level 90 %". */
export function describeRequest({ request, n_symbols: nSymbols }: Run): string {
  const horizons = [...(request.horizons ?? [1, 5])].map(String)
  const last = horizons.pop() ?? '1'
  const ahead = horizons.length === 0 ? last : `${horizons.join(', ')} and ${last}`
  const sessions = ahead === '1' ? 'session' : 'sessions'
  return `${formatCount(nSymbols, 'symbol')}, ${ahead} ${sessions} ahead, level ${String(request.level ?? 90)} %`
}

export function explainState({ state, error }: Run): string | null {
  return state === 'failed' ? error : (EXPLANATIONS[state] ?? null)
}

/** How far the run is, how fast it goes and how long it will take. */
export function describeProgress(run: Run): string {
  const { n_done: nDone, n_symbols: nSymbols, symbols_per_second: rate, seconds_left: left } = run
  const speed = rate === null ? [] : [`${rate >= 10 ? count(rate) : rate.toFixed(1)} per second`]
  const rest = left === null ? [] : [`about ${roughDuration(left)} left`]
  return [`${count(nDone)} of ${formatCount(nSymbols, 'symbol')} done`, ...speed, ...rest].join(', ')
}

/** What is worth announcing when a run changes from one state to another; null if nothing is. */
export function announceChange(before: RunState | undefined, run: Run): string | null {
  if (before === run.state) return null
  const failed = run.n_failed === 0 ? '' : ` ${formatCount(run.n_failed, 'symbol')} could not be evaluated.`
  switch (run.state) {
    case 'queued':
      return 'The run is queued.'
    case 'running':
      return before === 'interrupted' ? 'The run continues.' : `The run started: ${formatCount(run.n_symbols, 'symbol')}.`
    case 'succeeded':
      return `The run is complete: ${formatCount(run.n_done - run.n_failed, 'symbol')} evaluated.${failed}`
    case 'cancelled':
      return 'The run was cancelled.'
    case 'failed':
      return `The run failed. ${run.error ?? ''}`.trim()
    case 'interrupted':
      return 'The run was interrupted; it continues by itself.'
    case 'cancelling':
      return 'The run is being cancelled.'
  }
}
