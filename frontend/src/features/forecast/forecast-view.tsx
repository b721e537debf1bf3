import type { Forecast } from '@/api/gen/types.gen'
import { WarningList } from '@/components/warning-list'
import { modelName, price, session } from '@/lib/format'
import { CandidateTable } from './candidate-table'
import { ForecastTable } from './forecast-table'
import { ForecastVerdict } from './forecast-verdict'

function isOver({ steps }: Forecast): boolean {
  const last = steps.at(-1)?.session
  return last !== undefined && last < new Date().toISOString().slice(0, 10)
}

function collectWarnings(forecast: Forecast) {
  if (!isOver(forecast)) return forecast.warnings
  return [{ code: 'sessions_over', detail: 'These dates have passed: load newer bars.' }, ...forecast.warnings]
}

export function ForecastView({ forecast }: { forecast: Forecast }) {
  const { model, choice, as_of, last_close } = forecast
  return (
    <>
      <WarningList label="Before you trust the forecast" warnings={collectWarnings(forecast)} />
      <ForecastVerdict forecast={forecast} />
      <ForecastTable forecast={forecast} />
      <details className="reason">
        <summary>
          Model: {modelName(model.name)}. {choice.reason}
        </summary>
        <p>
          {model.description} The last close, on {session(as_of)}, was {price(last_close)}.
        </p>
        {choice.candidates.length > 0 && <CandidateTable forecast={forecast} />}
      </details>
    </>
  )
}
