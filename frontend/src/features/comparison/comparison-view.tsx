import { lazy, type RefObject, Suspense, useState } from 'react'
import type { ChangeView, SymbolView } from '@/address/view'
import type { Stock } from '@/api/gen/types.gen'
import { ErrorBoundary } from '@/components/error-boundary'
import { Status } from '@/components/status'
import type { Closes, Compared } from './compare-closes'
import type { TakePicture } from './comparison-chart'
import { ComparisonTable } from './comparison-table'
import { basisOf, listed, newerThan, NO_PROMISE } from './comparison-text'
import { Readout, SessionSlider } from './readout'
import { SplitWarnings } from './split-warnings'

const ComparisonChart = lazy(async () => ({ default: (await import('./comparison-chart')).ComparisonChart }))

interface ComparisonViewProps {
  view: SymbolView
  onChange: ChangeView
  /** The symbols as they were chosen: by it they have their colours and dashes. */
  order: readonly string[]
  bars: readonly Closes[]
  compared: Compared | null
  stocks: readonly Stock[]
  picture: RefObject<TakePicture | null>
}

function NothingShared({ symbols }: { symbols: string }) {
  return (
    <p className="notice" role="status">
      {symbols} share fewer than two sessions in this range, so there is no change to compare. Choose a longer range, or
      remove a symbol.
    </p>
  )
}

export function ComparisonView({ view, onChange, order, bars, compared, stocks, picture }: ComparisonViewProps) {
  const [marked, setMarked] = useState<string | null>(null)
  const symbols = listed(bars.map(({ symbol }) => symbol))
  if (compared === null) return <NothingShared symbols={symbols} />

  const at = marked !== null && compared.sessions.includes(marked) ? marked : compared.last
  return (
    <>
      <Status>{`Comparing ${symbols}`}</Status>
      {!view.isAdjusted && <SplitWarnings stocks={stocks} compared={compared} onChange={onChange} />}
      <p id="comparison-basis" className="comparison-basis">
        {basisOf(compared, view.isAdjusted)}{newerThan(compared.last, bars)} {NO_PROMISE}
      </p>
      <Readout compared={compared} order={order} at={at} />
      <div className="comparison-frame">
        <ErrorBoundary fallback={() => <p>The chart cannot be drawn. The table below has its numbers.</p>}>
          <Suspense fallback={<p>Loading the chart</p>}>
            <ComparisonChart
              ref={picture}
              compared={compared}
              order={order}
              scale={view.scale}
              marked={marked === at ? at : null}
              onMark={setMarked}
              label={`Line chart of the change of the close of ${symbols}`}
              describedBy="comparison-basis"
            />
          </Suspense>
        </ErrorBoundary>
      </div>
      <SessionSlider compared={compared} at={at} onMark={setMarked} />
      <ComparisonTable compared={compared} order={order} stocks={stocks} />
    </>
  )
}
