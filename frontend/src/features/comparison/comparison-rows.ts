import type { Compared } from './compare-closes'

type Row = (string | number | null)[]

const DIGITS = 4

export function toColumns({ symbols }: Compared): string[] {
  return ['session', ...symbols.flatMap(({ symbol }) => [`${symbol}_close`, `${symbol}_change_pct`])]
}

/** A row for each session that any symbol has; what a symbol lacks is null. */
export function toRows({ sessions, symbols }: Compared): Row[] {
  const known = symbols.map(({ points }) => new Map(points.map((point) => [point.session, point])))
  return sessions.map((session) => [
    session,
    ...known.flatMap((points) => {
      const point = points.get(session)
      return point === undefined ? [null, null] : [point.close, Number(((point.growth - 1) * 100).toFixed(DIGITS))]
    }),
  ])
}
