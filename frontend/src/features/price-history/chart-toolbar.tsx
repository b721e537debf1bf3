import { useId } from 'react'
import { Choices } from '@/components/choices'
import { RangeChoices } from '@/components/range-choices'
import { type ChangeView, type Scale, SCALES, type SymbolView } from '@/lib/view'

const SCALE_NAMES: Record<Scale, string> = { linear: 'Linear', log: 'Log' }
const ZOOMS = [
  { name: 'Zoom in', sign: '+', factor: 0.6 },
  { name: 'Zoom out', sign: '−', factor: 1 / 0.6 },
]

interface ChartToolbarProps {
  view: SymbolView
  onChange: ChangeView
  hasAdjusted: boolean
  onZoom: (factor: number) => void
  onReset: () => void
}

type AdjustedChoiceProps = Pick<ChartToolbarProps, 'view' | 'onChange' | 'hasAdjusted'>

function AdjustedChoice({ view: { symbol, isAdjusted }, onChange, hasAdjusted }: AdjustedChoiceProps) {
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
          There are none for {symbol}.
        </span>
      )}
    </div>
  )
}

export function ChartToolbar({ view, onChange, hasAdjusted, onZoom, onReset }: ChartToolbarProps) {
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
      <AdjustedChoice view={view} onChange={onChange} hasAdjusted={hasAdjusted} />
      <div className="zoom">
        {ZOOMS.map(({ name, sign, factor }) => (
          <button
            key={name}
            type="button"
            className="button"
            aria-label={name}
            onClick={() => {
              onZoom(factor)
            }}
          >
            {sign}
          </button>
        ))}
        <button type="button" className="button" onClick={onReset}>
          Reset
        </button>
      </div>
    </div>
  )
}
