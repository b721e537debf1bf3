import { BOUNDED, type BoundedColumn, type Bounds, type ChangeScreener, type ScreenerView } from '@/address/screener-view'
import { Disclosure } from '@/components/disclosure'

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
      onChange={({ target }) => onValue(readNumber(target.value))}
    />
  )
}

interface FieldsProps {
  name: string
  bounds: Bounds
  onBounds: (wanted: Bounds) => void
}

function Fields({ name, bounds: [least, most], onBounds }: FieldsProps) {
  return (
    <fieldset>
      <legend>{name}</legend>
      <NumberField
        label={`${name}: at least`}
        hint="at least"
        value={least}
        onValue={(value) => onBounds([value, most])}
      />
      <NumberField
        label={`${name}: at most`}
        hint="at most"
        value={most}
        onValue={(value) => onBounds([least, value])}
      />
    </fieldset>
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
    <Disclosure summary={nBounds === 0 ? 'Limits' : `Limits (${String(nBounds)})`}>
      {() => (
        <div className="bounds">
          {BOUNDED.map((column) => (
            <Fields
              key={column}
              name={NAMES[column]}
              bounds={bounds[column]}
              onBounds={(wanted) => change(column, wanted)}
            />
          ))}
        </div>
      )}
    </Disclosure>
  )
}

function countBounds(bounds: ScreenerView['bounds']): number {
  return BOUNDED.filter((column) => bounds[column].some((end) => end !== null)).length
}
