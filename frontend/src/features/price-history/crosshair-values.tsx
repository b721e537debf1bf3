import { session } from '@/lib/format'
import { type ChartContext, type Figure, formatForecast, formatTrade } from './chart-text'
import type { Row } from './rows'

interface CrosshairValuesProps {
  row: Row
  context: ChartContext
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

function Trade({ row, context }: CrosshairValuesProps) {
  if (row.isMissing) return <p>No bar</p>
  if (row.bar === null) return <p>Future session</p>
  return <Figures figures={formatTrade(row, context.format)} />
}

/** All values of one session, in an area of constant height. */
export function CrosshairValues({ row, context }: CrosshairValuesProps) {
  const figures = formatForecast(row, context)
  return (
    <div className="readout" role="group" aria-label="Session values">
      <div className="readout-line">
        <time dateTime={row.session}>{session(row.session)}</time>
        <Trade row={row} context={context} />
      </div>
      <div className="readout-line">
        {figures.length === 0 ? <p>No forecast tested for this session.</p> : <Figures figures={figures} />}
      </div>
    </div>
  )
}
