import type { Leaderboard, RankedModel, Run, Screener, ScreenerColumns, Universe } from '@/api/gen/types.gen'

export const RUN: Run = {
  id: '0123456789abcdef',
  request: { kind: 'evaluation', horizons: [1, 5], level: 90, windows: 250, symbols: null, as_of: null, adjusted: false },
  state: 'running',
  created_at: '2026-11-30T04:11:30Z',
  started_at: '2026-11-30T04:11:40Z',
  ended_at: null,
  n_symbols: 505,
  n_done: 227,
  n_failed: 1,
  n_reused: 0,
  symbols_per_second: 21.4,
  seconds_left: 13,
  failures: [],
  code: '9a8b7c6d',
  universe: 'f1c3a9d2',
  error: null,
}

export const FINISHED: Run = {
  ...RUN,
  state: 'succeeded',
  n_done: 505,
  ended_at: '2026-11-30T04:12:20Z',
  symbols_per_second: null,
  seconds_left: null,
}

const UNIVERSE: Universe = {
  run_id: RUN.id,
  horizon: 1,
  level: 90,
  windows: 250,
  as_of: null,
  adjusted: false,
  ended_at: '2026-11-30T04:12:20Z',
  n_symbols: 5,
  n_failed: 1,
  fingerprint: 'f1c3a9d27b6e5048',
  code: '9a8b7c6d',
}

const SENTENCE =
  '2 of 4 symbols look better than no change; luck alone gives 0 to 3. 1 other symbol cannot be compared: it has too few sessions in common with these, or never moved.'

/** Five symbols: AAPL is calm for itself, CAAP is behind, IBM has changed since, MSFT is wide for itself, ZETA lacks much. */
export const SCREENER_COLUMNS: ScreenerColumns = {
  symbol: ['AAPL', 'CAAP', 'IBM', 'MSFT', 'ZETA'],
  name: ['Apple Inc.', 'Corporación América Airports S.A.', '=Machines, "IBM"', 'Microsoft Corp.', null],
  sector: ['Technology', 'Industrials', 'Technology', 'Technology', null],
  last_session: ['2018-02-07', '2018-02-02', '2018-02-07', '2018-02-07', '2018-02-07'],
  close: [159.54, 12.5, 153.85, 89.61, 3],
  change_1: [-2.14, 0.5, -1.2, 1.7, null],
  change_5: [-4.7, 1, 0, -5.68, null],
  change_20: [-8.5, 3, -5.9, 1.59, null],
  sessions_since_jump: [null, 3, null, null, null],
  spark: [[1, 2, 19], [0, 5], [4, 4], [3, 2, 1], [0]],
  expected_range: [2.1, 3.4, 1.6, 2.9, null],
  range_percentile: [40, 90, 10, 70, null],
  range_percentile_own: [12, 55, 20, 80, null],
  width: [4.2, 7.1, 3.3, 5.8, 9],
  width_percentile: [25, 75, 0, 50, 100],
  width_percentile_own: [30, 60, 40, 95, 50],
  verdict: ['no_better', 'better', 'too_early', 'no_better', 'too_early'],
  model: ['ridge', 'drift', 'ridge', 'drift', 'ridge'],
  skill: [-0.01, 0.06, 0.02, -0.03, null],
  lower: [-0.04, 0.01, -0.02, -0.07, null],
  upper: [0.02, 0.11, 0.06, 0.01, null],
  p_value: [0.6, 0.004, 0.2, 0.8, null],
  q_value: [0.9, 0.02, 0.4, 0.9, null],
  better_twice: [false, true, true, false, false],
  coverage: [0.9, 0.88, 0.91, 0.9, 0.92],
  interval_score: [6.1, 6.4, 6, 6.2, null],
  score_of_plain_band: [6.3, 6.5, 6.4, 6.3, null],
  n_findings: [0, 1, 0, 0, 2],
  sessions_behind: [0, 3, 0, 0, null],
  revision: ['a1', 'b2', 'c3', 'd4', 'e5'],
  is_current: [true, true, false, true, null],
}

export const SCREENER: Screener = { universe: UNIVERSE, sentence: SENTENCE, columns: SCREENER_COLUMNS }

function rankedModel(name: RankedModel['name'], skill: number, mayBeBest: boolean, nBetter: number): RankedModel {
  const isBaseline = name === 'persistence'
  return {
    name,
    skill,
    lower: isBaseline ? null : skill - 0.01,
    upper: isBaseline ? null : skill + 0.01,
    win_rate: isBaseline ? null : 0.4,
    may_be_best: mayBeBest,
    p_value: mayBeBest ? 0.62 : 0.001,
    n_better: nBetter,
    n_worse: isBaseline ? 0 : 2,
    by_chance: isBaseline ? null : { low: 0, high: 3 },
    coverage: 0.894,
    interval_score: 6.57,
    score_of_plain_band: 6.92,
    seconds: isBaseline ? 0.0001 : 0.0612,
    n_failed: isBaseline ? 0 : 1,
  }
}

export const LEADERBOARD: Leaderboard = {
  universe: UNIVERSE,
  sentence: SENTENCE,
  n_compared: 4,
  n_sessions: 250,
  first_session: '2017-02-09',
  last_session: '2018-02-07',
  p_value: 0.43,
  n_better: 2,
  n_discoveries: 1,
  by_chance: { low: 0, high: 3 },
  named: [],
  models: [rankedModel('drift', 0.002, true, 2), rankedModel('persistence', 0, true, 0), rankedModel('ridge', -0.03, false, 0)],
  range: {
    skill: 0.21,
    lower: 0.18,
    upper: 0.24,
    skill_over_mean: 0.09,
    lower_over_mean: -0.01,
    upper_over_mean: 0.19,
    coverage: 0.79,
    n_symbols: 5,
  },
}
