import type { UseQueryResult } from '@tanstack/react-query'
import type { Evaluation, Forecast } from '@/api/gen/types.gen'
import { formatCount } from '@/lib/format'
import { formatLevels } from './forecast-bands'

interface LegendProps {
  forecast: UseQueryResult<Forecast>
  evaluation: UseQueryResult<Evaluation>
  hasVolume: boolean
  hasGaps: boolean
}

function Missing({ what, query, panel }: { what: string; query: UseQueryResult; panel: string }) {
  return (
    <li className="legend-missing">
      {query.error === null ? `${what}: loading` : `${what}: missing; see the ${panel} panel`}
    </li>
  )
}

/** The meaning of each shape on the chart, and which data is missing. */
export function Legend({ forecast, evaluation, hasVolume, hasGaps }: LegendProps) {
  return (
    <ul className="chart-legend" aria-label="Legend">
      <li className="legend-rose">Up</li>
      <li className="legend-fell">Down</li>
      {hasVolume && <li className="legend-volume">Volume</li>}
      {hasGaps && <li className="legend-gap">No bars</li>}
      {forecast.data === undefined ? (
        <Missing what="Forecast" query={forecast} panel="Forecast" />
      ) : (
        <>
          <li className="legend-forecast">Forecast</li>
          <li className="legend-fan">{formatLevels(forecast.data)}</li>
          <li className="legend-persistence">No change</li>
        </>
      )}
      {evaluation.data === undefined ? (
        <Missing what="Past forecasts" query={evaluation} panel="models" />
      ) : (
        <>
          <li className="legend-past">Given {formatCount(evaluation.data.horizon, 'session')} before</li>
          <li className="legend-miss">Missed</li>
        </>
      )}
    </ul>
  )
}
