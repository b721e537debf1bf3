import type { Predictions } from '@/api/gen/types.gen'

export interface PredictionRow {
  session: string
  actual: number
  predicted: number
  error: number
}

export function toRows({ session: sessions, actual, predicted }: Predictions): PredictionRow[] {
  return sessions.flatMap((session, i) => {
    const was = actual[i]
    const said = predicted[i]
    return was === undefined || said === undefined ? [] : [{ session, actual: was, predicted: said, error: said - was }]
  })
}

export function worstOf(rows: readonly PredictionRow[]): PredictionRow | undefined {
  return rows.reduce<PredictionRow | undefined>(
    (worst, row) => (worst === undefined || Math.abs(row.error) > Math.abs(worst.error) ? row : worst),
    undefined,
  )
}
