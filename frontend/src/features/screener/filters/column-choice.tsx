import { type ChangeScreener, type ColumnName, COLUMNS, DEFAULT_SCREENER } from '@/address/screener-view'
import { Checkbox } from '@/components/checkbox'
import { Disclosure } from '@/components/disclosure'
import { COLUMN_INFO } from '@/features/screener/columns'

interface ColumnChoiceProps {
  shown: readonly ColumnName[]
  onChange: ChangeScreener
}

/** Chooses the columns and says what each means. */
export function ColumnChoice({ shown, onChange }: ColumnChoiceProps) {
  return (
    <Disclosure summary="Columns, and what they mean">
      {() => (
        <>
          <ul className="column-choice">
            {COLUMNS.map((name) => (
              <li key={name}>
                <Checkbox
                  label={COLUMN_INFO[name].name}
                  isChecked={shown.includes(name)}
                  onCheck={(isShown) => {
                    onChange({ columns: COLUMNS.filter((each) => (each === name ? isShown : shown.includes(each))) })
                  }}
                />
                <span className="fine-print">{COLUMN_INFO[name].meaning}</span>
              </li>
            ))}
          </ul>
          <button
            type="button"
            className="button"
            onClick={() => onChange({ columns: DEFAULT_SCREENER.columns })}
          >
            Usual columns
          </button>
        </>
      )}
    </Disclosure>
  )
}
