import { useMemo, useRef } from 'react'
import type { ChangeView, SymbolView } from '@/address/view'
import { CompareCombobox } from '@/components/compare/combobox'
import { Loading } from '@/components/loading'
import { Panel } from '@/components/panel'
import { compareCloses } from './compare-closes'
import type { TakePicture } from './comparison-chart'
import { formatList } from './comparison-text'
import { ComparisonToolbar } from './comparison-toolbar'
import { ComparisonView } from './comparison-view'
import { Downloads } from './downloads'
import { ExcludedSymbols } from './excluded-symbols'
import { useComparisonData } from './use-comparison-data'

interface ComparisonProps {
  view: SymbolView
  onChange: ChangeView
}

/** The closes of up to four symbols, each as its change since the first session that all of them have. */
export function Comparison({ view, onChange }: ComparisonProps) {
  const { symbol, compare, isAdjusted, range } = view
  const symbols = useMemo(() => [symbol, ...compare], [symbol, compare])
  const { stocks, bars, isPending, excluded } = useComparisonData(symbols, isAdjusted)
  const comparison = useMemo(() => compareCloses(bars, range), [bars, range])
  const picture = useRef<TakePicture>(null)

  const actions = (
    <>
      <CompareCombobox symbol={symbol} compare={compare} onChange={(chosen) => onChange({ compare: chosen })} />
      <Downloads comparison={isPending ? null : comparison} stocks={stocks} view={view} picture={picture} />
    </>
  )
  return (
    <Panel id="chart-heading" title="Comparison" className="price-history comparison" actions={actions}>
      <ComparisonToolbar view={view} onChange={onChange} />
      <ExcludedSymbols excluded={excluded} view={view} onChange={onChange} />
      {isPending && (
        <Loading
          what={`the bars of ${formatList(symbols)}`}
          skeleton={<div className="skeleton-block skeleton-comparison" />}
        />
      )}
      {!isPending && bars.length > 0 && (
        <ComparisonView
          view={view}
          onChange={onChange}
          order={symbols}
          bars={bars}
          comparison={comparison}
          stocks={stocks}
          picture={picture}
        />
      )}
    </Panel>
  )
}
