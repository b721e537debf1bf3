import type { Forecast, ForecastStep, SkillEstimate, StepInterval } from '@/api/gen/types.gen'

const ridge: SkillEstimate = {
  skill: -0.02,
  lower: -0.08,
  upper: 0.049,
  outcome: 'no_better',
  lower_of_several: -0.11,
  is_better: false,
  verdict: 'No better than assuming no change in the last 250 test sessions: skill −0.02, 95 % CI −0.08 to 0.05.',
}
const persistence: SkillEstimate = {
  skill: 0,
  lower: null,
  upper: null,
  outcome: null,
  lower_of_several: null,
  is_better: false,
  verdict: 'This is the baseline, no change: every coming close equals the last one. The models are compared with it.',
}

/** Half widths of the intervals, over that at 90 %, in the order of the page's requests. */
const WIDTHS = [
  [90, 1],
  [50, 0.4],
  [80, 0.75],
  [95, 1.25],
] as const

function interval(level: number, halfWidth: number, coverage: number): StepInterval {
  return {
    level,
    lower: 430.47 - halfWidth,
    upper: 430.47 + halfWidth,
    coverage,
    coverage_standard_error: 0.02,
    score: 38.7,
    score_of_plain_band: 40.2,
  }
}

function step(sessions_ahead: number, session: string, coverage: number): ForecastStep {
  const halfWidth = 15 * Math.sqrt(sessions_ahead)
  return {
    sessions_ahead,
    session,
    point: 430.47,
    lower: 430.47 - halfWidth,
    upper: 430.47 + halfWidth,
    coverage,
    intervals: WIDTHS.map(([level, share]) => interval(level, share * halfWidth, level === 90 ? coverage : level / 100)),
    mae: 8.22,
    mae_of_persistence: 8.22,
    skill: persistence,
    windows: 250,
  }
}

export const AAPL_FORECAST: Forecast = {
  stock_symbol: 'AAPL',
  task: 'forecast',
  as_of: '2013-03-01',
  horizon: 2,
  level: 90,
  verdict:
    'No better than assuming no change in the last 250 test sessions: skill −0.02, 95 % CI −0.08 to 0.05 (ridge, the best of 5).',
  skill: persistence,
  warnings: [{ code: 'split_like_jump', detail: 'Prices jump as at a split, once.' }],
  last_close: 430.47,
  steps: [step(1, '2013-03-04', 0.896), step(2, '2013-03-05', 0.912)],
  expected_ranges: [
    {
      horizon: 1,
      sessions: ['2013-03-04'],
      sentence: 'Typical day ahead: 1.2 to 3.7 % between low and high; as tested, 22 % closer than “as yesterday”.',
      expected: { percent: 2.1013, price: 8.9518 },
      lower: { percent: 1.1753, price: 5.03 },
      upper: { percent: 3.6881, price: 15.5911 },
      as_last_time: { percent: 1.907, price: 8.1321 },
      mean: { percent: 2.2305, price: 9.4964 },
      record: {
        windows: 250,
        level: 80,
        coverage: 0.804,
        scores: [{ name: 'log_har', mae: 0.7373, qlike: 0.3738 }],
        skill: { skill: 0.22, lower: 0.15, upper: 0.29, verdict: 'better' },
        skill_over_mean: { skill: 0.0928, lower: 0.0383, upper: 0.1473, verdict: 'better' },
      },
    },
  ],
  model: {
    name: 'persistence',
    kind: 'baseline',
    description: 'No change: every coming close equals the last one.',
    parameters: {},
    feature_names: [],
    refit_every: 1,
  },
  choice: {
    asked_for: 'auto',
    reason: 'None of the other 5 models has beaten assuming no change 2 sessions ahead beyond chance.',
    candidates: [
      { name: 'ridge', skill: ridge },
      { name: 'persistence', skill: persistence },
    ],
  },
  explanation: { method: 'none', unit: '', detail: '', importances: [] },
  data: { revision: 'a1b2c3d4', first_session: '2000-03-01', last_session: '2013-03-01', bars: 3270, adjusted: false },
  provenance: { bellwether: '0.1.0+00000000', libraries: {}, seed: 1 },
}
