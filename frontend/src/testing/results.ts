import type { Result } from '@/api/gen/types.gen'

export const LOOK_AHEAD = 'It says nothing about tomorrow, however good the scores look.'
const DAY = 24 * 60 * 60 * 1000
const FIRST_TEST_SESSION = Date.UTC(2010, 6, 27)
const TEST_BARS = 250

const sessions = Array.from({ length: TEST_BARS }, (_, i) =>
  new Date(FIRST_TEST_SESSION + i * DAY).toISOString().slice(0, 10),
)

export const AAPL: Result = {
  stock_symbol: 'AAPL',
  task: 'same_session_close',
  skill: 0.6374,
  midrange_skill: 0.2161,
  fixed_formula_skill: -0.076,
  mse: 7.8828,
  metrics: { mae: 2.0745, mse: 7.8828, rmse: 2.8076, mape: 0.0048, r2: 0.9994, directional_accuracy: 0.8377 },
  baseline: {
    name: 'persistence',
    mae: 5.7206,
    mse: 61.4041,
    rmse: 7.8361,
    mape: 0.0132,
    r2: 0.9951,
    directional_accuracy: null,
  },
  midrange: {
    name: 'midrange',
    mae: 2.6463,
    mse: 13.4235,
    rmse: 3.6638,
    mape: 0.0059,
    r2: 0.9991,
    directional_accuracy: 0.8639,
  },
  fixed_formula: {
    name: 'fixed_formula',
    mae: 1.928,
    mse: 7.3419,
    rmse: 2.7096,
    mape: 0.0043,
    r2: 0.9995,
    directional_accuracy: 0.8838,
  },
  interval: { level: 90, coverage: 0.8976, mean_width: 8.0719, n_calibration: 524 },
  warnings: [{ code: 'look_ahead', detail: LOOK_AHEAD }],
  model: {
    name: 'linear_regression',
    feature_names: ['Open', 'High', 'Low'],
    coefficients: [-0.6123, 0.8311, 0.7805],
    intercept: 0.0124,
  },
  data: { revision: 'a1b2c3d4', first_session: '2000-03-01', last_session: '2013-03-01', bars: 3270, adjusted: false },
  split: {
    train: { first_session: '2000-03-01', last_session: '2010-07-26', bars: 2616 },
    test: { first_session: '2010-07-27', last_session: '2013-03-01', bars: 654 },
  },
  predictions: {
    session: sessions,
    actual: sessions.map((_, i) => 260 + i),
    predicted: sessions.map((_, i) => 262 + i),
    lower: sessions.map((_, i) => 258 + i),
    upper: sessions.map((_, i) => 266 + i),
  },
}
