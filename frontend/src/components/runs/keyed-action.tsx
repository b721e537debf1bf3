import { useMutation } from '@tanstack/react-query'
import { type SyntheticEvent, useState } from 'react'
import { accessKey, rememberAccessKey } from '@/api/access-key'
import { toProblem } from '@/api/problem'
import { KeyField } from '@/components/key-field'

interface KeyedActionProps {
  /** The label of the button. */
  label: string
  /** Its label while the request is under way. */
  busyLabel: string
  isPrimary?: boolean
  /** May return a sentence to show. */
  act: (key: string) => Promise<string | undefined>
}

const AUTH = new Set([401, 403])

/** A button for what needs an API key, with a field for the key unless this tab has one that works. */
export function KeyedAction({ label, busyLabel, isPrimary = false, act }: KeyedActionProps) {
  const [key, setKey] = useState(() => accessKey() ?? '')
  const [asks, setAsks] = useState(() => accessKey() === null)
  const { mutate, isPending, error, data: note } = useMutation({
    mutationFn: () => act(key.trim()),
    onSuccess: () => {
      rememberAccessKey(key)
      setAsks(false)
    },
    onError: (failure) => {
      if (AUTH.has(toProblem(failure).status)) setAsks(true)
    },
  })
  const problem = error === null ? null : toProblem(error)

  function onSubmit(event: SyntheticEvent): void {
    event.preventDefault()
    if (!isPending) mutate()
  }

  return (
    <form className="keyed-action" onSubmit={onSubmit}>
      {asks && <KeyField value={key} onChange={setKey} />}
      <button type="submit" className={isPrimary ? 'button button-primary' : 'button'} aria-disabled={isPending}>
        {isPending ? busyLabel : label}
      </button>
      <p role="status" className="fine-print">
        {isPending ? '' : note}
      </p>
      {problem !== null && !isPending && (
        <p role="alert" className="keyed-problem">
          <strong>{problem.title}.</strong> {problem.detail}
        </p>
      )}
    </form>
  )
}
