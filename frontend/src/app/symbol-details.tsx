import type { SymbolView } from '@/address/view'
import { ResultPanel } from '@/features/result/result-panel'
import { DataCard } from '@/features/stock/data-card'

/** What follows the chart and the forecast. */
export function SymbolDetails({ view }: { view: SymbolView }) {
  return (
    <>
      <ResultPanel view={view} />
      <DataCard symbol={view.symbol} isAdjusted={view.isAdjusted} />
    </>
  )
}
