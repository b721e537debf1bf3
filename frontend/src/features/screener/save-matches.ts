import type { Screener, ScreenerColumns } from '@/api/gen/types.gen'
import { downloadCsv } from '@/lib/download'

type Cell = string | number | null

/** The columns of the file, in this order: those of the answer that have one value for each symbol. */
const SAVED = [
  ...['symbol', 'name', 'sector', 'last_session', 'close', 'change_1', 'change_5', 'change_20'],
  ...['sessions_since_jump', 'expected_range'],
  ...['range_percentile', 'range_percentile_own', 'width', 'width_percentile', 'width_percentile_own', 'verdict'],
  ...['model', 'skill', 'lower', 'upper', 'p_value', 'q_value', 'better_twice', 'coverage', 'interval_score'],
  ...['score_of_plain_band', 'n_findings', 'sessions_behind', 'revision', 'is_current'],
] as Exclude<keyof ScreenerColumns, 'spark'>[]

function toCell(value: string | number | boolean | null | undefined): Cell {
  return typeof value === 'boolean' ? String(value) : (value ?? null)
}

/** Builds the lines of the file: all columns of the rows, in the order of the table. */
export function buildLines(columns: ScreenerColumns, rows: Uint32Array): Cell[][] {
  return Array.from(rows, (row) => SAVED.map((name) => toCell(columns[name][row])))
}

export function saveMatches({ universe, columns }: Screener, rows: Uint32Array): void {
  const name = ['screener', `h${String(universe.horizon)}`, `${String(universe.level)}pct`, universe.run_id].join('_')
  downloadCsv(`${name}.csv`, SAVED, buildLines(columns, rows))
}
