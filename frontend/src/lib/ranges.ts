export const RANGES = ['1m', '6m', '1y', '5y', 'all'] as const
export type Range = (typeof RANGES)[number]

const MONTHS: Record<Exclude<Range, 'all'>, number> = { '1m': 1, '6m': 6, '1y': 12, '5y': 60 }

/** Computes the first day of the range that ends with `last`; null for the whole history. Both are ISO dates. */
export function findFirstDay(range: Range, last: string): string | null {
  if (range === 'all') return null
  const day = new Date(`${last}T00:00:00Z`)
  const dayOfMonth = day.getUTCDate()
  day.setUTCMonth(day.getUTCMonth() - MONTHS[range])
  const hasNoSuchDay = day.getUTCDate() !== dayOfMonth
  if (hasNoSuchDay) day.setUTCDate(0)
  return day.toISOString().slice(0, 10)
}
