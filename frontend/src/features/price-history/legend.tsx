import type { UseQueryResult } from '@tanstack/react-query'
import type { Forecast, Result } from '@/api/gen/types.gen'
import { session } from '@/lib/format'

interface LegendProps {
  result: UseQueryResult<Result>
  forecast: UseQueryResult<Forecast>
  hasVolume: boolean
}

function Missing({ what, query, panel }: { what: string; query: UseQueryResult; panel: string }) {
  return (
    <li className="legend-missing">
      {query.error === null ? `${what}: loading` : `${what}: missing; see the ${panel} panel`}
    </li>
  )
}

/** The meaning of each shape on the chart, and which data is missing. */
export function Legend({ result, forecast, hasVolume }: LegendProps) {
  return (
    <ul className="chart-legend" aria-label="Legend">
      <li className="legend-rose">Up</li>
      <li className="legend-fell">Down</li>
      {hasVolume && <li className="legend-volume">Volume</li>}
      {result.data === undefined ? (
        <Missing what="Predicted close" query={result} panel="Same-day prediction" />
      ) : (
        <>
          <li className="legend-predicted">Predicted close</li>
          <li className="legend-split">Test from {session(result.data.split.test.first_session)}</li>
        </>
      )}
      {forecast.data === undefined ? (
        <Missing what="Forecast" query={forecast} panel="Forecast" />
      ) : (
        <>
          <li className="legend-forecast">Forecast</li>
          <li className="legend-fan">{forecast.data.level} % interval</li>
          <li className="legend-persistence">No change</li>
        </>
      )}
    </ul>
  )
}
