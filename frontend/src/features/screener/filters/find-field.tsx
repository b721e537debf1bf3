import { useEffect, useState } from 'react'
import type { ChangeScreener } from '@/address/screener-view'

const WRITE_AFTER_MS = 300 // browsers refuse to change the address at every key

/** The typed text, which filters at once and is written to the address once typing pauses. */
export function useFindText(find: string, onChange: ChangeScreener): [text: string, setText: (text: string) => void] {
  const [text, setText] = useState(find)
  const [written, setWritten] = useState(find)
  if (find !== written) {
    setWritten(find)
    setText(find)
  }
  useEffect(() => {
    if (text === written) return
    const timer = setTimeout(() => {
      setWritten(text)
      onChange({ find: text })
    }, WRITE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [text, written, onChange])
  return [text, setText]
}

interface FindFieldProps {
  text: string
  onText: (text: string) => void
}

export function FindField({ text, onText }: FindFieldProps) {
  return (
    <label className="select find-field">
      <span>Symbol or name</span>
      <input
        type="search"
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
        value={text}
        onChange={({ target }) => onText(target.value)}
      />
    </label>
  )
}
