import type { ChangeView, SymbolView } from '@/address/view'
import { ChartChoices } from '@/components/chart-choices'

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

export function ChartToolbar({ view, onChange, hasAdjusted, onZoom, onReset }: ChartToolbarProps) {
  return (
    <div className="chart-toolbar" role="group" aria-label="Chart options">
      <ChartChoices view={view} onChange={onChange} hasAdjusted={hasAdjusted} />
      <div className="zoom">
        {ZOOMS.map(({ name, sign, factor }) => (
          <button
            key={name}
            type="button"
            className="button"
            aria-label={name}
            onClick={() => onZoom(factor)}
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
