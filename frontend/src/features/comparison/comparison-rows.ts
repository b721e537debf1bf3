import type { ComparisonResult } from './compare-closes'

type Row = (string | number | null)[]

const DIGITS = 4

export function toColumns({ symbols }: ComparisonResult): string[] {
  return ['session', ...symbols.flatMap(({ symbol }) => [`${symbol}_close`, `${symbol}_change_pct`])]
}

/** Builds one row per session that any symbol has, with null for missing values. */
export function toRows({ sessions, symbols }: ComparisonResult): Row[] {
  const known = symbols.map(({ points }) => new Map(points.map((point) => [point.session, point])))
  return sessions.map((session) => [
    session,
    ...known.flatMap((points) => {
      const point = points.get(session)
      return point === undefined ? [null, null] : [point.close, Number(((point.growth - 1) * 100).toFixed(DIGITS))]
    }),
  ])
}
