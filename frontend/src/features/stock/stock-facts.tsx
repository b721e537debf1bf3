import type { Finding, Stock } from '@/api/gen/types.gen'
import { selectFindings } from '@/lib/findings'
import { count, moment, session } from '@/lib/format'

const N_NAMED = 3

function describeSessions({ count: total, sessions }: Finding): string {
  const named = sessions.slice(-N_NAMED).map(session).join(', ')
  if (named === '') return ''
  return `${total > N_NAMED ? 'Among them' : 'On'} ${named}.`
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return <p>No data problems found.</p>
  return (
    <ul className="findings" aria-label="Data problems">
      {findings.map((finding) => (
        <li key={finding.code}>
          {finding.detail} {describeSessions(finding)}
        </li>
      ))}
    </ul>
  )
}

export function StockFacts({ stock, isAdjusted }: { stock: Stock; isAdjusted: boolean }) {
  return (
    <>
      <dl className="data-facts">
        <div>
          <dt>Sessions</dt>
          <dd>
            {session(stock.first_session)} – {session(stock.last_session)}
          </dd>
        </div>
        <div>
          <dt>Bars</dt>
          <dd>{count(stock.bars)}</dd>
        </div>
        {stock.calendar != null && (
          <div>
            <dt>Calendar</dt>
            <dd>{stock.calendar}</dd>
          </div>
        )}
        <div>
          <dt>Source</dt>
          <dd>{stock.source ?? 'another tool'}</dd>
        </div>
        <div>
          <dt>Revision</dt>
          <dd>
            <code>{stock.revision}</code>
          </dd>
        </div>
        <div>
          <dt>Loaded</dt>
          <dd>{stock.loaded_at === null ? 'by another tool' : moment(stock.loaded_at)}</dd>
        </div>
      </dl>
      <Findings findings={selectFindings(stock.findings, isAdjusted)} />
    </>
  )
}
