import { useId } from 'react'
import type { ChangeView, SymbolView } from '@/address/view'

interface AdjustedChoiceProps {
  view: SymbolView
  onChange: ChangeView
  hasAdjusted: boolean
}

export function AdjustedChoice({ view: { symbol, isAdjusted }, onChange, hasAdjusted }: AdjustedChoiceProps) {
  const id = useId()
  return (
    <div className="adjusted">
      <label>
        <input
          type="checkbox"
          checked={isAdjusted}
          disabled={!hasAdjusted && !isAdjusted}
          aria-describedby={hasAdjusted ? undefined : id}
          onChange={(event) => {
            onChange({ isAdjusted: event.target.checked })
          }}
        />
        Adjusted for splits and dividends
      </label>
      {!hasAdjusted && (
        <span id={id} className="fine-print">
          {symbol} has no adjusted prices.
        </span>
      )}
    </div>
  )
}
