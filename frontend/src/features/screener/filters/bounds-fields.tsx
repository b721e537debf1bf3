import { BOUNDED, type BoundedColumn, type Bounds, type ChangeScreener, type ScreenerView } from '@/address/screener-view'

const NAMES: Readonly<Record<BoundedColumn, string>> = {
  expected_range: 'Expected range, %',
  range_percentile_own: 'Range, percentile of its year',
  width: 'Interval width, %',
  width_percentile_own: 'Width, percentile of its year',
  q_value: 'q-value',
  sessions_behind: 'Sessions behind',
}

function readNumber(text: string): number | null {
  const value = Number(text)
  return text === '' || !Number.isFinite(value) ? null : value
}

interface NumberFieldProps {
  label: string
  hint: string
  value: number | null
  onValue: (value: number | null) => void
}

function NumberField({ label, hint, value, onValue }: NumberFieldProps) {
  return (
    <input
      type="number"
      step="any"
      aria-label={label}
      placeholder={hint}
      value={value ?? ''}
      onChange={({ target }) => {
        onValue(readNumber(target.value))
      }}
    />
  )
}

interface BoundsFieldsProps {
  bounds: ScreenerView['bounds']
  onChange: ChangeScreener
}

export function BoundsFields({ bounds, onChange }: BoundsFieldsProps) {
  const change = (column: BoundedColumn, wanted: Bounds): void => {
    onChange({ bounds: { ...bounds, [column]: wanted } })
  }
  const nBounds = countBounds(bounds)
  return (
    <details className="numbers">
      <summary>Limits{nBounds === 0 ? '' : ` (${String(nBounds)})`}</summary>
      <div className="bounds">
      {BOUNDED.map((column) => {
        const [least, most] = bounds[column]
        return (
          <fieldset key={column}>
            <legend>{NAMES[column]}</legend>
            <NumberField
              label={`${NAMES[column]}: at least`}
              hint="at least"
              value={least}
              onValue={(value) => {
                change(column, [value, most])
              }}
            />
            <NumberField
              label={`${NAMES[column]}: at most`}
              hint="at most"
              value={most}
              onValue={(value) => {
                change(column, [least, value])
              }}
            />
          </fieldset>
        )
      })}
      </div>
    </details>
  )
}

function countBounds(bounds: ScreenerView['bounds']): number {
  return BOUNDED.filter((column) => bounds[column].some((end) => end !== null)).length
}
