import { useQueryClient } from '@tanstack/react-query'
import { type SyntheticEvent, useId, useState } from 'react'
import { rememberAccessKey } from '@/api/access-key'

export function AccessKeyForm() {
  const queries = useQueryClient()
  const id = useId()
  const [key, setKey] = useState('')

  function onSubmit(event: SyntheticEvent): void {
    event.preventDefault()
    rememberAccessKey(key)
    void queries.resetQueries()
  }

  return (
    <form className="access-key" onSubmit={onSubmit}>
      <label htmlFor={id}>API key</label>
      <input
        id={id}
        type="password"
        autoComplete="off"
        required
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      <button type="submit" className="button">
        Use this key
      </button>
      <p className="fine-print">Kept until this tab is closed, and sent only to this server.</p>
    </form>
  )
}
