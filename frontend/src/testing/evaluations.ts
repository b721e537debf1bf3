import type { Evaluation, ModelEvaluation } from '@/api/gen/types.gen'
import { AAPL_FORECAST } from './forecasts'

type Name = ModelEvaluation['name']

const SESSIONS = ['2013-02-25', '2013-02-26', '2013-02-27', '2013-02-28', '2013-03-01']

function modelEvaluation(name: Name, skill: number, mae: number): ModelEvaluation {
  const isPersistence = name === 'persistence'
  const isBetter = skill > 0.08
  const estimate: ModelEvaluation['skill'] = {
    skill,
    lower: isPersistence ? null : skill - 0.06,
    upper: isPersistence ? null : skill + 0.06,
    outcome: isPersistence ? null : isBetter ? 'better' : skill + 0.06 < 0.05 ? 'no_better' : 'too_early',
    lower_of_several: isPersistence ? null : skill - 0.08,
    is_better: isBetter,
    verdict: isPersistence ? AAPL_FORECAST.skill.verdict : `No better than assuming no change: skill ${String(skill)}.`,
  }
  return {
    name,
    verdict: estimate.verdict,
    skill: estimate,
    diebold_mariano: isPersistence ? null : { statistic: -0.5, p_value: 0.57 },
    metrics: { mae, mse: mae * mae, rmse: mae * 1.3, mape: 0.03, r2: 0.85, directional_accuracy: isPersistence ? null : 0.504, mase: mae / 2 },
    interval: {
      level: 90,
      coverage: 0.888,
      coverage_standard_error: 0.03,
      mean_width: 96.36,
      score: 131.2,
      score_of_plain_band: 129.8,
    },
    model: {
      name,
      kind: isPersistence ? 'baseline' : 'model',
      description: `What ${name} does.`,
      parameters: {},
      feature_names: [],
      refit_every: name === 'gradient_boosting' ? 125 : 1,
    },
  }
}

const MODELS: ModelEvaluation[] = [
  modelEvaluation('linear_regression', -0.03, 19.6),
  modelEvaluation('ridge', -0.02, 19.34),
  modelEvaluation('persistence', 0, 18.99),
  modelEvaluation('moving_average', -0.64, 31.1),
]

export const AAPL_EVALUATION: Evaluation = {
  stock_symbol: 'AAPL',
  task: 'forecast',
  as_of: '2013-03-01',
  horizon: 5,
  verdict:
    'No better than assuming no change in the last 250 test sessions: skill −0.02, 95 % CI −0.08 to 0.04 (ridge, the best of 3).',
  best: 'persistence',
  warnings: [{ code: 'split_like_jump', detail: 'Prices jump as at a split, once.' }],
  models: MODELS,
  windows: {
    kind: 'expanding',
    n_windows: SESSIONS.length,
    gap: 5,
    n_train_first: 2991,
    n_train_last: 2995,
    n_calibration: 250,
    cutoff: ['2013-02-15', '2013-02-19', '2013-02-20', '2013-02-21', '2013-02-22'],
    session: SESSIONS,
    last_close: [460.16, 459.99, 448.85, 446.06, 450.81],
    actual: [442.8, 448.97, 444.57, 441.4, 430.47],
    series: MODELS.map(({ name, skill, metrics }) => ({
      name,
      predicted: SESSIONS.map((_, i) => 450 + i),
      lower: SESSIONS.map((_, i) => 400 + i),
      upper: SESSIONS.map((_, i) => 500 + i),
      absolute_error: SESSIONS.map((_, i) => metrics.mae + i - 2),
      skill_so_far: SESSIONS.map((_, i) => (i === 0 ? null : (skill.skill ?? 0))),
    })),
  },
  data: AAPL_FORECAST.data,
  provenance: AAPL_FORECAST.provenance,
}
