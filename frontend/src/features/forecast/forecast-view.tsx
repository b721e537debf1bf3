import type { Forecast } from '@/api/gen/types.gen'
import { modelName, percent, price, session } from '@/lib/format'
import { CandidateTable } from './candidate-table'
import { ForecastTable } from './forecast-table'

function isOver({ steps }: Forecast): boolean {
  const last = steps.at(-1)?.session
  return last !== undefined && last < new Date().toISOString().slice(0, 10)
}

function coverageOf({ steps, level }: Forecast): string {
  const shares = steps.map(({ coverage }) => coverage).filter((share) => share !== null)
  const [least, most] = [Math.min(...shares), Math.max(...shares)]
  const held = percent(least) === percent(most) ? percent(least) : `${percent(least)} to ${percent(most)}`
  return `Intervals that were to hold ${String(level)} % of the closes held ${held} of those of the last sessions.`
}

function Warnings({ forecast }: { forecast: Forecast }) {
  const over = `The last bar is of ${session(forecast.as_of)}: these sessions are over. Load newer bars for a forecast of sessions to come.`
  const warnings = [...(isOver(forecast) ? [over] : []), ...forecast.warnings.map(({ detail }) => detail)]
  if (warnings.length === 0) return <></>
  return (
    <div className="notice notice-warning">
      <ul aria-label="Before you trust the forecast">
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </div>
  )
}

export function ForecastView({ forecast }: { forecast: Forecast }) {
  return (
    <>
      <Warnings forecast={forecast} />
      <p className={forecast.skill.is_better ? 'verdict' : 'verdict verdict-none'}>{forecast.verdict}</p>
      <p>
        {forecast.choice.asked_for === 'auto' && `${forecast.choice.reason} `}
        The numbers below are those of {modelName(forecast.model.name)}: {forecast.model.description.toLowerCase()}{' '}
        The last close, of {session(forecast.as_of)}, is {price(forecast.last_close)}.
      </p>
      <ForecastTable forecast={forecast} />
      <p>{coverageOf(forecast)}</p>
      {forecast.choice.candidates.length > 0 && <CandidateTable forecast={forecast} />}
    </>
  )
}
