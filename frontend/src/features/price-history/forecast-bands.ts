import type { Forecast, StepInterval } from '@/api/gen/types.gen'

export interface Band {
  lower: number
  upper: number
  isOutlined: boolean
}

/** The bands of one session from the widest to the narrowest; the one of the stated level is outlined. */
export function toBands(intervals: readonly StepInterval[], statedLevel: number): Band[] {
  return intervals
    .toSorted((one, other) => other.level - one.level)
    .map(({ level, lower, upper }) => ({ lower, upper, isOutlined: level === statedLevel }))
}

/** The same bands without any width, where a fan begins. */
export function collapseBands(bands: readonly Band[], price: number): Band[] {
  return bands.map(({ isOutlined }) => ({ lower: price, upper: price, isOutlined }))
}

/** Names the levels of a fan, such as "Intervals: 50, 80, 90, 95 %". */
export function formatLevels({ steps }: Forecast): string {
  const levels = (steps[0]?.intervals ?? []).map(({ level }) => level)
  return `Intervals: ${levels.toSorted((one, other) => one - other).join(', ')} %`
}
