import type { BoundedColumn, ScreenerView, SortColumn } from '@/address/screener-view'
import type { ScreenerColumns } from '@/api/gen/types.gen'
import { foldCase } from '@/lib/fold-case'

/** The columns of numbers, as percent where the page shows percent. */
const NUMBERS = [
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
  'skill',
  'p_value',
  'q_value',
  'coverage',
  'interval_score',
  'n_findings',
  'sessions_behind',
] as const satisfies readonly (keyof ScreenerColumns)[]
const TEXTS = ['name', 'sector', 'last_session', 'verdict', 'model'] as const satisfies readonly (keyof ScreenerColumns)[]
const IS_ASCII = /^[\0-\x7f]*$/

type NumberColumn = (typeof NUMBERS)[number]
type TextColumn = (typeof TEXTS)[number]
type Filter = Pick<ScreenerView, 'find' | 'sector' | 'verdict' | 'isCurrent' | 'isBetterTwice' | 'isNamed' | 'bounds'>

function isNumberColumn(name: string): name is NumberColumn {
  return (NUMBERS as readonly string[]).includes(name)
}

function isTextColumn(name: string): name is TextColumn {
  return (TEXTS as readonly string[]).includes(name)
}

function fold(text: string): string {
  return IS_ASCII.test(text) ? text.toLowerCase() : foldCase(text)
}

/** Makes an array of numbers of a column; NaN stands for null. */
function toNumbers(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.NaN)
}

/**
 * The rows of a screener's answer for filtering and sorting: numbers in typed arrays, and for each column that was sorted
 * by once, the order of its rows.
 */
export class UniverseTable {
  readonly columns: ScreenerColumns
  readonly length: number
  readonly sectors: readonly string[]
  private readonly numbers = new Map<NumberColumn, Float64Array>()
  private readonly orders = new Map<SortColumn, { order: Uint32Array; nKnown: number }>()
  private searched: readonly string[] | undefined

  constructor(columns: ScreenerColumns) {
    this.columns = columns
    this.length = columns.symbol.length
    const sectors = new Set(columns.sector.filter((sector) => sector !== null))
    this.sectors = [...sectors].sort((a, b) => a.localeCompare(b))
  }

  /** Selects the rows that match, in the wanted order; rows without a value are last in either direction. */
  select(view: Filter & Pick<ScreenerView, 'sort'>, named: ReadonlySet<string>): Uint32Array {
    const isKept = this.match(view, named)
    const { order, nKnown } = this.order(view.sort.by)
    const rows = new Uint32Array(this.length)
    let n = 0
    for (let i = 0; i < this.length; i += 1) {
      const at = view.sort.isDescending && i < nKnown ? nKnown - 1 - i : i
      const row = order[at] ?? 0
      if (isKept[row] === 1) rows[n++] = row
    }
    return rows.subarray(0, n)
  }

  private match(view: Filter, named: ReadonlySet<string>): Uint8Array {
    const isKept = new Uint8Array(this.length).fill(1)
    const { columns } = this
    const keep = (test: (row: number) => boolean): void => {
      for (let row = 0; row < this.length; row += 1) if (isKept[row] === 1 && !test(row)) isKept[row] = 0
    }
    const wanted = fold(view.find.trim())
    if (wanted !== '') {
      const texts = this.texts()
      keep((row) => texts[row]?.includes(wanted) ?? false)
    }
    if (view.sector !== '') keep((row) => columns.sector[row] === view.sector)
    if (view.verdict !== 'any') keep((row) => columns.verdict[row] === view.verdict)
    if (view.isCurrent) keep((row) => columns.is_current[row] === true)
    if (view.isBetterTwice) keep((row) => columns.better_twice[row] === true)
    if (view.isNamed) keep((row) => named.has(columns.symbol[row] ?? ''))
    for (const [name, [least, most]] of Object.entries(view.bounds) as [BoundedColumn, ScreenerView['bounds'][BoundedColumn]][]) {
      if (least === null && most === null) continue
      const values = this.values(name)
      keep((row) => {
        const value = values[row] ?? Number.NaN
        return !Number.isNaN(value) && value >= (least ?? -Infinity) && value <= (most ?? Infinity)
      })
    }
    return isKept
  }

  private values(name: NumberColumn): Float64Array {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    const values = toNumbers(this.columns[name])
    this.numbers.set(name, values)
    return values
  }

  /** What the text filter searches: symbol and name, without case and accents. */
  private texts(): readonly string[] {
    const { symbol, name } = this.columns
    this.searched ??= symbol.map((text, row) => `${fold(text)}\n${fold(name[row] ?? '')}`)
    return this.searched
  }

  /** The rows in ascending order of a column, those without a value last; among equals, by symbol. */
  private order(by: SortColumn): { order: Uint32Array; nKnown: number } {
    const known = this.orders.get(by)
    if (known !== undefined) return known
    const keys = this.sortKeys(by)
    const rows = Uint32Array.from({ length: this.length }, (_, row) => row)
    const hasValue = (row: number): boolean => !Number.isNaN(keys[row])
    const withValue = rows.filter(hasValue).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b)
    const order = new Uint32Array(this.length)
    order.set(withValue)
    order.set(
      rows.filter((row) => !hasValue(row)),
      withValue.length,
    )
    const sorted = { order, nKnown: withValue.length }
    this.orders.set(by, sorted)
    return sorted
  }

  private sortKeys(by: SortColumn): Float64Array {
    if (isNumberColumn(by)) return this.values(by)
    if (isTextColumn(by)) return rank(this.columns[by])
    if (by === 'better_twice') return Float64Array.from(this.columns.better_twice, Number)
    return Float64Array.from({ length: this.length }, (_, row) => row) // the answer is ascending by symbol
  }
}

/** Ranks texts by the alphabet, without case and accents; NaN stands for null. */
function rank(texts: readonly (string | null)[]): Float64Array {
  const distinct = [...new Set(texts)].filter((text) => text !== null)
  const folded = distinct.map((text) => [fold(text), text] as const)
  folded.sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  const ranks = new Map(folded.map(([, text], i) => [text, i]))
  return Float64Array.from(texts, (text) => (text === null ? Number.NaN : (ranks.get(text) ?? Number.NaN)))
}
