import { useId } from 'react'
import type { LoadReport } from '@/api/gen/types.gen'

type Mode = LoadReport['mode']

const MODES: Record<Mode, { name: string; hint: string }> = {
  upsert: {
    name: 'Add or correct',
    hint: 'Bars of sessions not in the file are kept. A file that disagrees with the stored history is refused.',
  },
  keep: { name: 'Add only', hint: 'Stored bars are not changed; only sessions that are not stored are added.' },
  force: { name: 'Overwrite', hint: 'Bars are added and corrected even if the file disagrees with the stored history.' },
  replace: { name: 'Replace all', hint: 'Bars of sessions not in the file are removed, after you confirm.' },
}
const ORDER: readonly Mode[] = ['upsert', 'keep', 'force', 'replace']

interface ModeFieldProps {
  mode: Mode
  onChange: (mode: Mode) => void
}

export function ModeField({ mode, onChange }: ModeFieldProps) {
  const id = useId()
  return (
    <fieldset className="mode-field">
      <legend>Existing bars</legend>
      {ORDER.map((option) => (
        <div key={option} className="mode">
          <label>
            <input
              type="radio"
              name={id}
              checked={mode === option}
              aria-describedby={`${id}-${option}`}
              onChange={() => onChange(option)}
            />
            {MODES[option].name}
          </label>
          <p id={`${id}-${option}`} className="fine-print">
            {MODES[option].hint}
          </p>
        </div>
      ))}
    </fieldset>
  )
}
