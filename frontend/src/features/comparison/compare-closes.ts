import { findGaps, type Gap } from '@/lib/gaps'
import { findFirstDay, type Range } from '@/lib/ranges'

export interface Closes {
  symbol: string
  /** Ascending by session. */
  bars: readonly { session: string; close: number | null }[]
}

export interface Point {
  session: string
  close: number
  /** The close as a multiple of the first session's close: 1 is no change. */
  growth: number
}

export interface Fall {
  /** Below zero: −0.25 is a quarter below the peak. */
  share: number
  peak: string
  trough: string
}

export interface ComparedSymbol {
  symbol: string
  points: readonly Point[]
  firstClose: number
  lastClose: number
  /** From the first to the last session, as a share of the first close. */
  change: number
  /** Null if no close is below an earlier one. */
  largestFall: Fall | null
  /** Long stretches without bars. */
  gaps: readonly Gap[]
}

export interface ComparisonResult {
  /** The first and the last session of the range that all symbols have. */
  first: string
  last: string
  /** Every session between them that any symbol has, ascending. */
  sessions: readonly string[]
  symbols: readonly ComparedSymbol[]
}

type Close = Omit<Point, 'growth'>

function selectCloses({ bars }: Closes): Close[] {
  return bars.flatMap(({ session, close }) => (close !== null && close > 0 ? [{ session, close }] : []))
}

function intersectSessions([first = [], ...others]: readonly Close[][]): string[] {
  const known = others.map((closes) => new Set(closes.map(({ session }) => session)))
  return first.map(({ session }) => session).filter((session) => known.every((sessions) => sessions.has(session)))
}

/** Finds the largest drop from a peak of the close to a later close. */
export function findLargestFall(closes: readonly Close[]): Fall | null {
  let peak: Close | undefined
  let worst: Fall | null = null
  for (const now of closes) {
    if (peak === undefined || now.close > peak.close) peak = now
    const share = now.close / peak.close - 1
    if (share < (worst?.share ?? 0)) worst = { share, peak: peak.session, trough: now.session }
  }
  return worst
}

function sliceSessions(closes: readonly Close[], first: string, last: string): Close[] {
  return closes.filter(({ session }) => session >= first && session <= last)
}

function compareSymbol(symbol: string, closes: readonly Close[]): ComparedSymbol {
  const firstClose = closes.at(0)?.close ?? Number.NaN
  const lastClose = closes.at(-1)?.close ?? Number.NaN
  return {
    symbol,
    points: closes.map(({ session, close }) => ({ session, close, growth: close / firstClose })),
    firstClose,
    lastClose,
    change: lastClose / firstClose - 1,
    largestFall: findLargestFall(closes),
    gaps: findGaps(closes.map(({ session }) => session)),
  }
}

/**
 * Compares the closes of all symbols with those of the first session in the range that all of them have. The range ends
 * with the last session that all have, so that all changes cover the same time. Null if they share fewer than two.
 */
export function compareCloses(all: readonly Closes[], range: Range): ComparisonResult | null {
  const closes = all.map(selectCloses)
  const shared = intersectSessions(closes)
  const last = shared.at(-1)
  if (last === undefined) return null
  const from = findFirstDay(range, last) ?? ''
  const first = shared.find((session) => session >= from) ?? last
  if (first === last) return null
  const symbols = all.map(({ symbol }, i) => compareSymbol(symbol, sliceSessions(closes[i] ?? [], first, last)))
  const sessions = new Set(symbols.flatMap(({ points }) => points.map(({ session }) => session)))
  return { first, last, sessions: [...sessions].sort(), symbols }
}

export function findGrowth({ points }: ComparedSymbol, session: string): number | null {
  return points.find((point) => point.session === session)?.growth ?? null
}
