import type { ForecastData, ModelInfo, Run, ScreenerData } from './gen/types.gen'

export type ModelName = ModelInfo['name']
export type ScreenerLevel = NonNullable<NonNullable<ScreenerData['query']>['level']>
export type RunState = Run['state']
export type ModelChoice = NonNullable<NonNullable<ForecastData['query']>['model']>

export interface ResultRequest {
  symbol: string
  isAdjusted: boolean
}

interface AsOfRequest extends ResultRequest {
  /** The last session that may be used, an ISO date; null for the latest. */
  asOf: string | null
}

export interface ForecastRequest extends AsOfRequest {
  model: ModelChoice
  horizon: number
  level: number
}

export interface EvaluationRequest extends AsOfRequest {
  horizon: number
  level: number
  windows: number
}
