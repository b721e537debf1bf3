import { useState } from 'react'
import { type ChangeView, HORIZONS, LEVELS, MODEL_CHOICES, type SymbolView } from '@/address/view'
import type { ModelChoice } from '@/api/request-types'
import { Select } from '@/components/select'
import { formatCount, modelName } from '@/lib/format'

interface ForecastControlsProps {
  view: SymbolView
  onChange: ChangeView
}

const choiceName = (choice: ModelChoice): string =>
  choice === 'persistence' ? 'no change (persistence)' : modelName(choice)

/** Selects the model, the horizon and the level of the intervals. */
export function ForecastControls({ view, onChange }: ForecastControlsProps) {
  return (
    <fieldset className="forecast-controls">
      <legend className="visually-hidden">Forecast options</legend>
      <Select
        label="Model"
        options={MODEL_CHOICES}
        formatOption={choiceName}
        option={view.model}
        onChoose={(model) => onChange({ model })}
      />
      <Select
        label="Horizon"
        options={HORIZONS}
        formatOption={(sessions) => formatCount(sessions, 'session')}
        option={view.horizon}
        onChoose={(horizon) => onChange({ horizon })}
      />
      <Select
        label="Level"
        options={LEVELS}
        formatOption={(level) => `${String(level)} %`}
        option={view.level}
        onChoose={(level) => onChange({ level })}
      />
    </fieldset>
  )
}

/** Whether it is a whole date: while a year is typed, it is one of the first millennium. */
const isWholeDate = (text: string): boolean => !text.startsWith('0')

/** Selects the session to forecast from. */
export function AsOfField({ view: { asOf }, onChange }: ForecastControlsProps) {
  const [text, setText] = useState(asOf ?? '')
  const [shown, setShown] = useState(asOf)
  if (shown !== asOf) {
    setShown(asOf)
    setText(asOf ?? '')
  }
  return (
    <label className="select as-of">
      <span>As of</span>
      <input
        type="date"
        value={text}
        title="The last session that the forecast may use. Empty: the latest."
        onChange={({ target }) => {
          setText(target.value)
          if (isWholeDate(target.value)) onChange({ asOf: target.value === '' ? null : target.value })
        }}
        onBlur={() => setText(asOf ?? '')}
      />
    </label>
  )
}
