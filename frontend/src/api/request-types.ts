import type { ForecastData, ModelInfo } from './gen/types.gen'

export type ModelName = ModelInfo['name']
export type ModelChoice = NonNullable<NonNullable<ForecastData['query']>['model']>

export interface ResultRequest {
  symbol: string
  isAdjusted: boolean
}

export interface ForecastRequest extends ResultRequest {
  model: ModelChoice
  horizon: number
  level: number
}

export interface EvaluationRequest extends ResultRequest {
  horizon: number
  level: number
  windows: number
}
