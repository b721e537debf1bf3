import type { LoadReport } from '@/api/gen/types.gen'

export function countKept({ inserted, updated, unchanged }: LoadReport): number {
  return inserted + updated + unchanged
}

/** Computes the number of bars before the load. */
export function countBarsBefore({ n_bars: after, inserted, removed }: LoadReport): number {
  return after - inserted + removed
}
