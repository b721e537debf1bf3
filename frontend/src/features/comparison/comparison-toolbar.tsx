import type { ChangeView, SymbolView } from '@/address/view'
import { ChartChoices } from '@/components/chart-choices'

interface ComparisonToolbarProps {
  view: SymbolView
  onChange: ChangeView
}

/** Always offers adjusted prices: the responses show which symbols have none. */
export function ComparisonToolbar({ view, onChange }: ComparisonToolbarProps) {
  return (
    <div className="chart-toolbar" role="group" aria-label="Chart options">
      <ChartChoices view={view} onChange={onChange} hasAdjusted />
    </div>
  )
}
