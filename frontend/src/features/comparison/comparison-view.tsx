import { lazy, type RefObject, Suspense, useState } from 'react'
import type { ChangeView, SymbolView } from '@/address/view'
import type { Stock } from '@/api/gen/types.gen'
import { ErrorBoundary } from '@/components/error-boundary'
import { Status } from '@/components/status'
import { BreakWarnings } from './break-warnings'
import { findBreaks } from './breaks'
import { compareCloses, type Closes, type ComparisonResult } from './compare-closes'
import type { TakePicture } from './comparison-chart'
import { ComparisonTable } from './comparison-table'
import { describeBasis, formatList, describeNewerBars, NO_PROMISE } from './comparison-text'
import { CrosshairValues, SessionSlider } from './crosshair-values'

const ComparisonChart = lazy(async () => ({ default: (await import('./comparison-chart')).ComparisonChart }))

interface ComparisonViewProps {
  view: SymbolView
  onChange: ChangeView
  /** The symbols in the order of choice, which determines their colors and dashes. */
  order: readonly string[]
  bars: readonly Closes[]
  comparison: ComparisonResult | null
  stocks: readonly Stock[]
  picture: RefObject<TakePicture | null>
}

function NothingShared({ symbols, bars }: { symbols: string; bars: readonly Closes[] }) {
  const isRangeTooShort = compareCloses(bars, 'all') !== null
  return (
    <p className="notice" role="status">
      {symbols} share fewer than two sessions{isRangeTooShort && ' in this range'}, so there is nothing to compare.{' '}
      {isRangeTooShort ? 'Choose a longer range, or remove a symbol.' : 'Remove a symbol.'}
    </p>
  )
}

export function ComparisonView({ view, onChange, order, bars, comparison, stocks, picture }: ComparisonViewProps) {
  const [marked, setMarked] = useState<string | null>(null)
  const symbols = formatList(bars.map(({ symbol }) => symbol))
  if (comparison === null) return <NothingShared symbols={symbols} bars={bars} />

  const at = marked !== null && comparison.sessions.includes(marked) ? marked : comparison.last
  const breaks = findBreaks(comparison, stocks, view.isAdjusted, comparison.last)
  const breaksSoFar = findBreaks(comparison, stocks, view.isAdjusted, at)
  return (
    <>
      <Status>{`Comparing ${symbols}`}</Status>
      <BreakWarnings breaks={breaks} isAdjusted={view.isAdjusted} onChange={onChange} />
      <p id="comparison-basis" className="comparison-basis">
        {describeBasis(comparison, view.isAdjusted)}{describeNewerBars(comparison.last, bars)} {NO_PROMISE}
      </p>
      <CrosshairValues comparison={comparison} breaks={breaksSoFar} order={order} at={at} />
      <div className="comparison-frame">
        <ErrorBoundary fallback={() => <p>The chart cannot be drawn. See the table below.</p>}>
          <Suspense fallback={<p>Loading the chart</p>}>
            <ComparisonChart
              ref={picture}
              comparison={comparison}
              order={order}
              scale={view.scale}
              markedSession={marked === at ? at : null}
              onMark={setMarked}
              label={`Line chart of the change in close of ${symbols}`}
              describedBy="comparison-basis"
            />
          </Suspense>
        </ErrorBoundary>
      </div>
      <SessionSlider comparison={comparison} breaks={breaksSoFar} at={at} onMark={setMarked} />
      <ComparisonTable comparison={comparison} breaks={breaks} order={order} stocks={stocks} />
    </>
  )
}
