import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { SymbolView } from '@/address/view'
import type { Bar, Forecast, Warning } from '@/api/gen/types.gen'
import { getBars } from '@/api/get-bars'
import { useOwnWarnings } from '@/components/use-own-warnings'
import { WarningList } from '@/components/warning-list'
import { modelName, session } from '@/lib/format'
import { usePriceFormat } from '@/lib/price-format'
import { CandidateTable } from './candidate-table'
import { ExpectedRanges } from './expected-ranges'
import { ForecastTable } from './forecast-table'
import { ForecastVerdict } from './forecast-verdict'
import { hasPassed } from './has-passed'

interface ForecastViewProps {
  forecast: Forecast
  view: SymbolView
}

const NO_BARS: readonly Bar[] = []

/** Maps the sessions after the forecast's last known one to their closes. */
function selectCloses(bars: readonly Bar[], { as_of }: Forecast): Map<string, number> {
  return new Map(
    bars.flatMap(({ session: day, close }): [string, number][] => (day > as_of && close !== null ? [[day, close]] : [])),
  )
}

const SESSIONS_OVER = { code: 'sessions_over', detail: 'These dates have passed: load newer bars.' }

/** The header of the page says how many sessions the last bar is behind. */
const withoutStale = (warnings: readonly Warning[]) => warnings.filter(({ code }) => code !== 'stale')

export function ForecastView({ forecast, view }: ForecastViewProps) {
  const { data: bars } = useQuery(getBars(view.symbol, view.isAdjusted))
  const { price } = usePriceFormat()
  const { model, choice, as_of, last_close } = forecast
  const own = useOwnWarnings(view.symbol, view.isAdjusted, forecast.warnings)
  const closes = useMemo(() => selectCloses(bars?.bars ?? NO_BARS, forecast), [bars, forecast])
  const isFromLastBar = view.asOf === null || (bars !== undefined && closes.size === 0)
  const warnings = isFromLastBar && forecast.steps.every(hasPassed) ? [SESSIONS_OVER, ...withoutStale(own)] : own
  return (
    <>
      <WarningList label="Before you trust the forecast" warnings={warnings} />
      <ForecastVerdict forecast={forecast} />
      <ForecastTable forecast={forecast} closes={closes} />
      <ExpectedRanges ranges={forecast.expected_ranges} />
      <details className="reason">
        <summary>Model: {modelName(model.name)}, and why</summary>
        <p>
          {choice.reason} {model.description} The last close, on {session(as_of)}, was {price(last_close)}.
        </p>
        {choice.candidates.length > 0 && <CandidateTable forecast={forecast} />}
      </details>
    </>
  )
}
