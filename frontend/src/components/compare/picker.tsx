import { useState } from 'react'
import { useLazyUpgrade } from '@/lib/use-lazy-upgrade'
import { requestFocusHandover } from './focus'
import { COMPARE_INPUT } from './input'

interface ComparePickerProps {
  symbol: string
  onChange: (compare: string[]) => void
}

const NOTHING: readonly string[] = []
const loadCombobox = () => import('./combobox')

/** Selects the first symbol to compare with `symbol`: a plain input until the combobox, which is large, has loaded. */
export function ComparePicker({ symbol, onChange }: ComparePickerProps) {
  const [typed, setTyped] = useState('')
  const { module, onUse } = useLazyUpgrade(loadCombobox)
  if (module !== undefined) {
    return <module.CompareCombobox symbol={symbol} compare={NOTHING} typedBefore={typed} onChange={onChange} />
  }
  return (
    <div className="compare-picker">
      <input
        {...COMPARE_INPUT}
        aria-label={`Compare ${symbol} with`}
        placeholder="Compare with…"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onFocus={() => {
          requestFocusHandover(true)
          onUse()
        }}
        onBlur={() => requestFocusHandover(false)}
      />
    </div>
  )
}
