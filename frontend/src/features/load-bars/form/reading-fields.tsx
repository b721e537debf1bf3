import { Checkbox } from '@/components/checkbox'
import type { LoadRequest } from '@/features/load-bars/use-load'
import { TextField } from './text-field'

interface ReadingFieldsProps {
  request: LoadRequest
  onChange: (change: Partial<LoadRequest>) => void
}

const DECIMAL_MARKS: Record<LoadRequest['decimal'], string> = {
  '': 'Detect automatically',
  '.': '1234.50, a point',
  ',': '1234,50, a comma',
}

function isDecimalMark(value: string): value is LoadRequest['decimal'] {
  return value in DECIMAL_MARKS
}

/** Settles what is ambiguous in a file. */
export function ReadingFields({ request, onChange }: ReadingFieldsProps) {
  return (
    <details className="numbers">
      <summary>If the file is ambiguous</summary>
      <div className="load-fields">
        <TextField
          label="Columns"
          placeholder="close=Last,date=When"
          maxLength={500}
          value={request.columns}
          onChange={(columns) => onChange({ columns })}
        />
        <label className="field">
          Decimal mark
          <select
            value={request.decimal}
            onChange={({ target: { value } }) => {
              if (isDecimalMark(value)) onChange({ decimal: value })
            }}
          >
            {Object.entries(DECIMAL_MARKS).map(([mark, name]) => (
              <option key={mark} value={mark}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <TextField
          label="Time zone of the exchange"
          placeholder="Europe/Paris"
          maxLength={40}
          value={request.timezone}
          onChange={(timezone) => onChange({ timezone })}
        />
        <Checkbox
          label="Combine hours or minutes into daily bars"
          isChecked={request.isResampled}
          onCheck={(isResampled) => onChange({ isResampled })}
        />
      </div>
    </details>
  )
}
