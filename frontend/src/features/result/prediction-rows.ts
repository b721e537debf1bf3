import type { Predictions } from '@/api/gen/types.gen'

export interface PredictionRow {
  session: string
  actual: number
  predicted: number
  lower: number | null
  upper: number | null
  error: number
}

export function toRows({ session: sessions, actual, predicted, lower, upper }: Predictions): PredictionRow[] {
  return sessions.flatMap((session, i) => {
    const was = actual[i]
    const said = predicted[i]
    if (was === undefined || said === undefined) return []
    const interval = { lower: lower?.[i] ?? null, upper: upper?.[i] ?? null }
    return [{ session, actual: was, predicted: said, ...interval, error: said - was }]
  })
}

export function worstOf(rows: readonly PredictionRow[]): PredictionRow | undefined {
  return rows.reduce<PredictionRow | undefined>(
    (worst, row) => (worst === undefined || Math.abs(row.error) > Math.abs(worst.error) ? row : worst),
    undefined,
  )
}
