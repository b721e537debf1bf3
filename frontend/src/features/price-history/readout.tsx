import type { Forecast, Result } from '@/api/gen/types.gen'
import { session } from '@/lib/format'
import { type Figure, said, silence, traded } from './chart-text'
import type { Row } from './rows'

interface ReadoutProps {
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

/** All values of one session, in a place that does not change its height. */
export function Readout({ row, result, forecast }: ReadoutProps) {
  const figures = said(row, result, forecast)
  return (
    <div className="readout" role="group" aria-label="Values of the session">
      <div className="readout-line">
        <time dateTime={row.session}>{session(row.session)}</time>
        {row.bar === null ? <p>This session is still to come.</p> : <Figures figures={traded(row)} />}
      </div>
      <div className="readout-line">
        {figures.length === 0 ? <p>{silence(row, result)}</p> : <Figures figures={figures} />}
      </div>
    </div>
  )
}
