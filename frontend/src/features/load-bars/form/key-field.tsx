import { useId } from 'react'
import type { ProblemError } from '@/api/problem'
import { focusOnMount } from '@/features/load-bars/focus-on-mount'
import { LoadProblem } from './load-problem'

interface KeyFieldProps {
  value: string
  /** Why the key was rejected; null if it was not. */
  problem: ProblemError | null
  onChange: (key: string) => void
}

export function KeyField({ value, problem, onChange }: KeyFieldProps) {
  const id = useId()
  return (
    <div className="field key-field">
      <label htmlFor={id}>API key</label>
      {problem !== null && <LoadProblem id={`${id}-problem`} problem={problem} />}
      <input
        id={id}
        ref={problem === null ? null : focusOnMount}
        type="password"
        autoComplete="off"
        required
        pattern="\s*[!-~]+\s*"
        title="Letters, digits and symbols, no spaces"
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? `${id}-hint` : `${id}-problem ${id}-hint`}
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
        }}
      />
      <p id={`${id}-hint`} className="fine-print">
        Required to change bars. <code>make run</code> stores it in <code>.local/api-key</code>. Kept until this tab is
        closed, and sent only to this server.
      </p>
    </div>
  )
}
