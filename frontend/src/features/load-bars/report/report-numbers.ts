import type { LoadReport } from '@/api/gen/types.gen'

export function nKept({ inserted, updated, unchanged }: LoadReport): number {
  return inserted + updated + unchanged
}

/** How many bars the symbol has without the load. */
export function barsBefore({ n_bars: after, inserted, removed }: LoadReport): number {
  return after - inserted + removed
}
