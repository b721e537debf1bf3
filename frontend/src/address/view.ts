import type { ModelChoice } from '@/api/request-types'
import { type Range, RANGES } from '@/lib/ranges'
import { normaliseSymbol } from './normalise-symbol'
import { parseOption } from './parse'

export const SCALES = ['linear', 'log'] as const
export const LEVELS = [50, 80, 90, 95, 99] as const
export const WINDOWS = [100, 250, 500, 1000] as const
export const HORIZONS: readonly number[] = Array.from({ length: 20 }, (_, i) => i + 1)
export const MAX_COMPARED = 4
const ISO_DATE = /^\d{4}-\d\d-\d\d$/
export const MODEL_CHOICES = [
  'auto',
  'linear_regression',
  'ridge',
  'gradient_boosting',
  'persistence',
  'drift',
  'moving_average',
] as const satisfies readonly ModelChoice[]
export const CHARTS = ['skill', 'error'] as const
const SORTS = ['model', 'skill', 'mae', 'rmse', 'mase', 'directional_accuracy', 'coverage', 'width', 'interval_score'] as const

export type Scale = (typeof SCALES)[number]
export type Chart = (typeof CHARTS)[number]
export type SortKey = (typeof SORTS)[number]
export interface Sort {
  by: SortKey
  isDescending: boolean
}

export interface View {
  compare: readonly string[]
  model: ModelChoice
  horizon: number
  level: number
  /** The last session that forecasts may use, an ISO date; null for the latest. */
  asOf: string | null
  windows: number
  isAdjusted: boolean
  range: Range
  scale: Scale
  sort: Sort
  /** The value drawn for each window of the evaluation. */
  chart: Chart
}

export interface SymbolView extends View {
  symbol: string
}

export type ChangeView = (change: Partial<SymbolView>) => void

export type Search = Partial<Record<'symbol' | keyof ReturnType<typeof toParameters>, string>>

export const DEFAULT_VIEW: View = {
  compare: [],
  model: 'auto',
  horizon: 5,
  level: 90,
  asOf: null,
  windows: 250,
  isAdjusted: false,
  range: '6m',
  scale: 'linear',
  sort: { by: 'skill', isDescending: true },
  chart: 'skill',
}

function parseDay(text: unknown): string | null {
  if (typeof text !== 'string' || !ISO_DATE.test(text)) return null
  return Number.isNaN(Date.parse(text)) ? null : text
}

function parseSort(text: unknown): Sort {
  const orders = SORTS.flatMap((by) => [{ by, isDescending: false }, { by, isDescending: true }])
  return orders.find((sort) => formatSort(sort) === text) ?? DEFAULT_VIEW.sort
}

function formatSort({ by, isDescending }: Sort): string {
  return `${isDescending ? '-' : ''}${by}`
}

function parseCompare(text: unknown, symbol: string | undefined): string[] {
  const symbols = (typeof text === 'string' ? text : '').split(',').map(normaliseSymbol)
  const others = new Set(symbols.filter((other) => other !== '' && other !== symbol))
  return [...others].slice(0, MAX_COMPARED - 1)
}

export function readSearch(search: Record<string, unknown>): { symbol: string | undefined; view: View } {
  const symbol = typeof search.symbol === 'string' ? normaliseSymbol(search.symbol) || undefined : undefined
  const view = {
    compare: parseCompare(search.compare, symbol),
    model: parseOption(MODEL_CHOICES, search.model, DEFAULT_VIEW.model),
    horizon: parseOption(HORIZONS, search.horizon, DEFAULT_VIEW.horizon),
    level: parseOption(LEVELS, search.level, DEFAULT_VIEW.level),
    asOf: parseDay(search.as_of),
    windows: parseOption(WINDOWS, search.windows, DEFAULT_VIEW.windows),
    isAdjusted: search.adjusted === 'true',
    range: parseOption(RANGES, search.range, DEFAULT_VIEW.range),
    scale: parseOption(SCALES, search.scale, DEFAULT_VIEW.scale),
    sort: parseSort(search.sort),
    chart: parseOption(CHARTS, search.chart, DEFAULT_VIEW.chart),
  }
  return { symbol, view }
}

function toParameters(view: View) {
  return {
    compare: view.compare.join(','),
    model: view.model,
    horizon: String(view.horizon),
    level: String(view.level),
    as_of: view.asOf ?? '',
    windows: String(view.windows),
    adjusted: String(view.isAdjusted),
    range: view.range,
    scale: view.scale,
    sort: formatSort(view.sort),
    chart: view.chart,
  }
}

/** Parses the query string of an address. */
export function readAddress(search: string): ReturnType<typeof readSearch> {
  return readSearch(Object.fromEntries(new URLSearchParams(search)))
}

/** Writes only values that differ from the defaults, so that addresses stay short. */
export function writeSearch(symbol: string | undefined, view: View): Search {
  const defaults: Record<string, string> = toParameters(DEFAULT_VIEW)
  const changes = Object.entries(toParameters(view)).filter(([name, value]) => value !== defaults[name])
  return { ...(symbol === undefined ? {} : { symbol }), ...Object.fromEntries(changes) }
}
