import { useId } from 'react'
import type { ChangeView, SymbolView } from '@/address/view'
import { Checkbox } from './checkbox'

interface AdjustedChoiceProps {
  view: SymbolView
  onChange: ChangeView
  hasAdjusted: boolean
}

export function AdjustedChoice({ view: { isAdjusted }, onChange, hasAdjusted }: AdjustedChoiceProps) {
  const id = useId()
  return (
    <div className="adjusted">
      <Checkbox
        label="Adjusted for splits and dividends"
        isChecked={isAdjusted}
        isDisabled={!hasAdjusted && !isAdjusted}
        describedBy={hasAdjusted ? undefined : id}
        onCheck={(wanted) => onChange({ isAdjusted: wanted })}
      />
      {!hasAdjusted && (
        <span id={id} className="fine-print">
          The newest bars have no adjusted close.
        </span>
      )}
    </div>
  )
}
