import { useState } from 'react'
import { useUpgraded } from '@/lib/use-lazy-upgrade'
import { handOver } from './focus'
import { COMPARE_INPUT } from './input'

interface ComparePickerProps {
  symbol: string
  onChange: (compare: string[]) => void
}

const NOTHING: readonly string[] = []
const loadCombobox = () => import('./combobox')

/** Chooses the first symbol to see beside `symbol`: a plain input, until the large part that finds symbols is there. */
export function ComparePicker({ symbol, onChange }: ComparePickerProps) {
  const [typed, setTyped] = useState('')
  const { module, onUse } = useUpgraded(loadCombobox)
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
        onChange={({ target }) => {
          setTyped(target.value)
        }}
        onFocus={() => {
          handOver(true)
          onUse()
        }}
        onBlur={() => {
          handOver(false)
        }}
      />
    </div>
  )
}
