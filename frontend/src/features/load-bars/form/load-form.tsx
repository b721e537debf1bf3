import { type ReactNode, type SyntheticEvent, useId } from 'react'
import type { ProblemError } from '@/api/problem'
import { KeyField } from '@/components/key-field'
import { focusOnMount } from '@/lib/focus-on-mount'
import { SYMBOL_PATTERN } from '@/features/load-bars/guess-symbol'
import type { DateFormat, LoadRequest } from '@/features/load-bars/use-load'
import { FileField } from './file-field'
import { LoadProblem } from './load-problem'
import { ModeField } from './mode-field'
import { ReadingFields } from './reading-fields'
import { TextField } from './text-field'

const DATE_FORMATS: Record<DateFormat, string> = {
  iso: '2013-03-01, year first',
  dmy: '01-03-2013, day first',
  mdy: '03-01-2013, month first',
  ymd: '20130301, digits only',
  epoch: '1362096000, seconds since 1970',
}

function isDateFormat(value: string): value is DateFormat {
  return value in DATE_FORMATS
}

interface LoadFormProps {
  request: LoadRequest
  problem: ProblemError | null
  note: string | null
  onChoose: (files: readonly File[]) => void
  onChange: (change: Partial<LoadRequest>) => void
  onCheck: () => void
  onCancel: () => void
}

function DateFormatField({ request, onChange }: Pick<LoadFormProps, 'request' | 'onChange'>) {
  return (
    <label className="field">
      Date format
      <select
        value={request.dateFormat}
        onChange={({ target: { value } }) => onChange({ dateFormat: isDateFormat(value) ? value : '' })}
      >
        <option value="">Detect automatically</option>
        {Object.entries(DATE_FORMATS).map(([format, name]) => (
          <option key={format} value={format}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function Fields({ request, onChange }: Pick<LoadFormProps, 'request' | 'onChange'>) {
  return (
    <div className="load-fields">
      <TextField
        label="Symbol"
        required={request.name.trim() !== ''}
        pattern={SYMBOL_PATTERN}
        title="1 to 15 letters, digits and . - ^ = &"
        placeholder="As in the file"
        value={request.symbol}
        onChange={(symbol) => onChange({ symbol, isOnlySymbol: symbol.trim() !== '' })}
      />
      <TextField
        label="Company (optional)"
        maxLength={200}
        value={request.name}
        onChange={(name) => onChange({ name })}
      />
      <DateFormatField request={request} onChange={onChange} />
    </div>
  )
}

function FocusedMessage({ children }: { children: ReactNode }) {
  return (
    <div ref={focusOnMount} tabIndex={-1} className="load-message">
      {children}
    </div>
  )
}

export function LoadForm({ request, problem, note, onChoose, onChange, onCheck, onCancel }: LoadFormProps) {
  const id = useId()
  const isKeyProblem = problem?.status === 401
  const hasMessage = note !== null || problem !== null

  function onSubmit(event: SyntheticEvent): void {
    event.preventDefault()
    onCheck()
  }

  return (
    <form className="load-form" onSubmit={onSubmit}>
      {note !== null && (
        <FocusedMessage>
          <p role="alert" className="notice">
            {note}
          </p>
        </FocusedMessage>
      )}
      {problem !== null && !isKeyProblem && (
        <FocusedMessage>
          <LoadProblem id={id} problem={problem} />
        </FocusedMessage>
      )}
      <FileField file={request.file} hasFocus={!hasMessage} onChoose={onChoose} />
      <Fields request={request} onChange={onChange} />
      <ReadingFields request={request} onChange={onChange} />
      <ModeField mode={request.mode} onChange={(mode) => onChange({ mode })} />
      <KeyField
        value={request.key}
        writeProblem={isKeyProblem ? (problemId) => <LoadProblem id={problemId} problem={problem} /> : undefined}
        onChange={(key) => onChange({ key })}
      />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="button button-primary">
          Check the file
        </button>
      </div>
    </form>
  )
}
