import { Choices } from '@/components/choices'
import { RangeChoices } from '@/components/range-choices'
import { type ChangeView, SCALES, type SymbolView } from '@/lib/view'

interface ComparisonToolbarProps {
  view: SymbolView
  onChange: ChangeView
}

const SCALE_NAMES = { linear: 'Linear', log: 'Log' } as const

export function ComparisonToolbar({ view, onChange }: ComparisonToolbarProps) {
  return (
    <div className="chart-toolbar" role="group" aria-label="What the chart shows">
      <RangeChoices
        range={view.range}
        onChange={(range) => {
          onChange({ range })
        }}
      />
      <Choices
        legend="Scale"
        options={SCALES}
        names={SCALE_NAMES}
        chosen={view.scale}
        onChoose={(scale) => {
          onChange({ scale })
        }}
      />
      <div className="adjusted">
        <label>
          <input
            type="checkbox"
            checked={view.isAdjusted}
            onChange={(event) => {
              onChange({ isAdjusted: event.target.checked })
            }}
          />
          Adjusted for splits and dividends
        </label>
      </div>
    </div>
  )
}
