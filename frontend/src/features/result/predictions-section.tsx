import { lazy, Suspense, useMemo } from 'react'
import type { Result } from '@/api/gen/types.gen'
import { ErrorBoundary } from '@/components/error-boundary'
import { price, session } from '@/lib/format'
import { type PredictionRow, toRows, worstOf } from './prediction-rows'
import { PredictionTable } from './prediction-table'

const PriceChart = lazy(async () => ({ default: (await import('@/components/price-chart')).PriceChart }))

function summary(rows: readonly PredictionRow[]): string {
  const [first, last, worst] = [rows.at(0), rows.at(-1), worstOf(rows)]
  if (first === undefined || last === undefined || worst === undefined) return 'There are no test sessions to draw.'
  return (
    `From ${session(first.session)} to ${session(last.session)} the close went from ${price(first.actual)} to ` +
    `${price(last.actual)}. The largest error is ${price(Math.abs(worst.error))}, on ${session(worst.session)}.`
  )
}

export function PredictionsSection({ result: { stock_symbol: symbol, predictions, interval } }: { result: Result }) {
  const rows = useMemo(() => toRows(predictions), [predictions])
  return (
    <section aria-labelledby="chart-heading">
      <h3 id="chart-heading">Each test session, actual and predicted</h3>
      <p id="chart-summary">{summary(rows)}</p>
      <ul className="legend">
        <li className="legend-actual">Actual close, thick line</li>
        <li className="legend-predicted">Predicted close, thin line</li>
        {interval !== null && <li className="legend-interval">{interval.level} % interval, dotted lines</li>}
      </ul>
      <div className="chart-frame">
        <ErrorBoundary
          fallback={() => <p className="chart-missing">The chart cannot be drawn. The table below has its numbers.</p>}
        >
          <Suspense fallback={<p className="chart-missing">Loading the chart</p>}>
            <PriceChart
              sessions={predictions.session}
              actual={predictions.actual}
              predicted={predictions.predicted}
              lower={predictions.lower}
              upper={predictions.upper}
              label={`Line chart of the actual and predicted closes of ${symbol}`}
              describedBy="chart-summary"
            />
          </Suspense>
        </ErrorBoundary>
      </div>
      <PredictionTable rows={rows} hasIntervals={interval !== null} />
    </section>
  )
}
