import type { ChangeView } from '@/address/view'
import { WarningList } from '@/components/warning-list'
import type { Break } from './breaks'

interface BreakWarningsProps {
  breaks: readonly Break[]
  isAdjusted: boolean
  onChange: ChangeView
}

export function BreakWarnings({ breaks, isAdjusted, onChange }: BreakWarningsProps) {
  if (breaks.length === 0) return <></>
  const warnings = breaks.map(({ kind, detail }) => ({ code: kind === 'jump' ? 'split_like_jump' : 'long_gap', detail }))
  return (
    <div className="split-warnings">
      <WarningList label="Before you compare these numbers" warnings={warnings} />
      {!isAdjusted && breaks.some(({ isCuredByAdjusting }) => isCuredByAdjusting) && (
        <button
          type="button"
          className="button"
          onClick={() => onChange({ isAdjusted: true })}
        >
          Compare adjusted prices
        </button>
      )}
    </div>
  )
}
