import type { Evaluation, Forecast } from '@/api/gen/types.gen'

/** What the model forecast for a session that is over, as tested walk-forward. */
export interface PastForecast {
  session: string
  /** The last session that it used. */
  cutoff: string
  point: number
  lower: number
  upper: number
  actual: number
}

export function isMiss({ actual, lower, upper }: PastForecast): boolean {
  return actual < lower || actual > upper
}

/** Selects the tested forecasts of the model that `forecast` uses, ascending. */
export function selectPastForecasts(evaluation: Evaluation | undefined, forecast: Forecast | undefined): PastForecast[] {
  if (evaluation === undefined || forecast === undefined) return []
  const { session, cutoff, actual, series } = evaluation.windows
  const own = series.find(({ name }) => name === forecast.model.name)
  if (own === undefined) return []
  return session.flatMap((day, i): PastForecast[] => {
    const [point, lower, upper, close] = [own.predicted[i], own.lower[i], own.upper[i], actual[i]]
    if (point == null || lower == null || upper == null || close == null) return []
    return [{ session: day, cutoff: cutoff[i] ?? '', point, lower, upper, actual: close }]
  })
}
