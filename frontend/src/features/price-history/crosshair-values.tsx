import type { Forecast, Result } from '@/api/gen/types.gen'
import { session } from '@/lib/format'
import { type Figure, formatPrediction, explainMissingPrediction, formatTrade } from './chart-text'
import type { Row } from './rows'

interface CrosshairValuesProps {
  row: Row
  result: Result | undefined
  forecast: Forecast | undefined
}

function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl>
      {figures.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** All values of one session, in an area of constant height. */
export function CrosshairValues({ row, result, forecast }: CrosshairValuesProps) {
  const figures = formatPrediction(row, result, forecast)
  return (
    <div className="readout" role="group" aria-label="Session values">
      <div className="readout-line">
        <time dateTime={row.session}>{session(row.session)}</time>
        {row.bar === null ? <p>Future session</p> : <Figures figures={formatTrade(row)} />}
      </div>
      <div className="readout-line">
        {figures.length === 0 ? <p>{explainMissingPrediction(row, result)}</p> : <Figures figures={figures} />}
      </div>
    </div>
  )
}
