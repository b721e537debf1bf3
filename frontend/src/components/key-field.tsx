import { type ReactNode, useId } from 'react'
import { focusOnMount } from '@/lib/focus-on-mount'

interface KeyFieldProps {
  value: string
  onChange: (key: string) => void
  /** Writes why the key was rejected, in an element with this id; undefined if it was not. */
  writeProblem?: ((id: string) => ReactNode) | undefined
}

/** The API key that changes need. */
export function KeyField({ value, onChange, writeProblem }: KeyFieldProps) {
  const id = useId()
  const isRejected = writeProblem !== undefined
  return (
    <div className="field">
      <label htmlFor={id}>API key</label>
      {writeProblem?.(`${id}-problem`)}
      <input
        id={id}
        ref={isRejected ? focusOnMount : null}
        type="password"
        autoComplete="off"
        required
        pattern="\s*[!-~]+\s*"
        title="Letters, digits and symbols, no spaces"
        aria-invalid={isRejected}
        aria-describedby={isRejected ? `${id}-problem ${id}-hint` : `${id}-hint`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-hint`} className="fine-print">
        Required for changes. <code>make run</code> stores it in <code>.local/api-key</code>. Kept until this tab is closed,
        and sent only to this server.
      </p>
    </div>
  )
}
