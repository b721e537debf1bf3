import type { ScreenerLevel } from '@/api/request-types'
import { parseOption } from './parse'
import { paths } from './paths'
import { HORIZONS } from './view'

export const SCREENER_LEVELS = [50, 80, 90, 95] as const satisfies readonly ScreenerLevel[]
export const VERDICTS = ['better', 'no_better', 'too_early'] as const

/** The columns that can be shown next to the symbol and sorted by, in the order of the table. */
export const COLUMNS = [
  'name',
  'sector',
  'spark',
  'last_session',
  'close',
  'change_1',
  'change_5',
  'change_20',
  'expected_range',
  'range_percentile',
  'range_percentile_own',
  'width',
  'width_percentile',
  'width_percentile_own',
  'verdict',
  'model',
  'skill',
  'p_value',
  'q_value',
  'better_twice',
  'coverage',
  'interval_score',
  'n_findings',
  'sessions_behind',
] as const
export const BOUNDED = [
  'expected_range',
  'range_percentile_own',
  'width',
  'width_percentile_own',
  'q_value',
  'sessions_behind',
] as const

export type ColumnName = (typeof COLUMNS)[number]
export type SortColumn = 'symbol' | Exclude<ColumnName, 'spark'>
export type BoundedColumn = (typeof BOUNDED)[number]
export type VerdictChoice = (typeof VERDICTS)[number] | 'any'
/** The least and the greatest value, in the unit of the column; null is unbounded. */
export type Bounds = readonly [least: number | null, most: number | null]

export interface ScreenerView {
  horizon: number
  level: ScreenerLevel
  /** Part of a symbol or a name. */
  find: string
  /** Empty for all. */
  sector: string
  verdict: VerdictChoice
  isCurrent: boolean
  isBetterTwice: boolean
  /** Only the symbols that the leaderboard names. */
  isNamed: boolean
  bounds: Readonly<Record<BoundedColumn, Bounds>>
  sort: { by: SortColumn; isDescending: boolean }
  columns: readonly ColumnName[]
}

export type ChangeScreener = (change: Partial<ScreenerView>) => void

const OPEN: Bounds = [null, null]
const MAX_TEXT = 100

export const DEFAULT_SCREENER: ScreenerView = {
  horizon: 1,
  level: 90,
  find: '',
  sector: '',
  verdict: 'any',
  isCurrent: false,
  isBetterTwice: false,
  isNamed: false,
  bounds: {
    expected_range: OPEN,
    range_percentile_own: OPEN,
    width: OPEN,
    width_percentile_own: OPEN,
    q_value: OPEN,
    sessions_behind: OPEN,
  },
  sort: { by: 'symbol', isDescending: false },
  columns: [
    'name',
    'spark',
    'close',
    'change_1',
    'change_20',
    'expected_range',
    'range_percentile_own',
    'width',
    'width_percentile_own',
    'verdict',
    'sessions_behind',
  ],
}

/** What of a view selects the symbols, apart from columns, horizon and level. */
export const NO_FILTER: Omit<ScreenerView, 'horizon' | 'level' | 'columns'> = {
  find: DEFAULT_SCREENER.find,
  sector: DEFAULT_SCREENER.sector,
  verdict: DEFAULT_SCREENER.verdict,
  isCurrent: false,
  isBetterTwice: false,
  isNamed: false,
  bounds: DEFAULT_SCREENER.bounds,
  sort: DEFAULT_SCREENER.sort,
}

function parseNumber(text: string | undefined): number | null {
  if (text === undefined || !/^-?\d{1,9}(\.\d{1,9})?$/.test(text)) return null
  return Number(text)
}

function parseBounds(text: string | undefined): Bounds {
  const [least, most, ...more] = (text ?? '').split('..')
  return more.length > 0 ? OPEN : [parseNumber(least), parseNumber(most)]
}

function formatBounds([least, most]: Bounds): string {
  return least === null && most === null ? '' : `${String(least ?? '')}..${String(most ?? '')}`
}

function parseSort(text: string | undefined): ScreenerView['sort'] {
  const isDescending = text?.startsWith('-') ?? false
  const by = isDescending ? text?.slice(1) : text
  const sortable = ['symbol', ...COLUMNS.filter((name) => name !== 'spark')] as const
  const column = sortable.find((name) => name === by)
  return column === undefined ? DEFAULT_SCREENER.sort : { by: column, isDescending }
}

function parseColumns(text: string | undefined): readonly ColumnName[] {
  if (text === undefined) return DEFAULT_SCREENER.columns
  const wanted = new Set(text.split(','))
  return COLUMNS.filter((name) => wanted.has(name))
}

/** Parses the query string of the screener's address; an invalid value becomes the default. */
export function readScreener(search: string): ScreenerView {
  const given = Object.fromEntries(new URLSearchParams(search)) as Partial<Record<string, string>>
  return {
    horizon: parseOption(HORIZONS, given.horizon, DEFAULT_SCREENER.horizon),
    level: parseOption<ScreenerLevel>(SCREENER_LEVELS, given.level, DEFAULT_SCREENER.level),
    find: (given.find ?? '').slice(0, MAX_TEXT),
    sector: (given.sector ?? '').slice(0, MAX_TEXT),
    verdict: parseOption<VerdictChoice>(VERDICTS, given.verdict, 'any'),
    isCurrent: given.current === 'true',
    isBetterTwice: given.better_twice === 'true',
    isNamed: given.named === 'true',
    bounds: Object.fromEntries(BOUNDED.map((name) => [name, parseBounds(given[name])])) as ScreenerView['bounds'],
    sort: parseSort(given.sort),
    columns: parseColumns(given.columns),
  }
}

function toParameters(view: ScreenerView): Record<string, string> {
  return {
    horizon: String(view.horizon),
    level: String(view.level),
    find: view.find,
    sector: view.sector,
    verdict: view.verdict,
    current: String(view.isCurrent),
    better_twice: String(view.isBetterTwice),
    named: String(view.isNamed),
    ...Object.fromEntries(BOUNDED.map((name) => [name, formatBounds(view.bounds[name])])),
    sort: `${view.sort.isDescending ? '-' : ''}${view.sort.by}`,
    columns: view.columns.join(','),
  }
}

/** Writes only what differs from the defaults. */
export function writeScreener(view: ScreenerView): string {
  const defaults = toParameters(DEFAULT_SCREENER)
  const changes = Object.entries(toParameters(view)).filter(([name, value]) => value !== defaults[name])
  return new URLSearchParams(changes).toString().replaceAll('%2C', ',')
}

/** Builds the address of a view of the screener. */
export function buildScreenerAddress(view: ScreenerView): string {
  const text = writeScreener(view)
  return text === '' ? paths.screener : `${paths.screener}?${text}`
}
