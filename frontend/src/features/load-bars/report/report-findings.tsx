import type { Finding, LoadReport } from '@/api/gen/types.gen'
import { count, session } from '@/lib/format'

function formatSessions({ sessions, count: total }: Finding): string {
  const named = sessions.map(session).join(', ')
  return total > sessions.length ? `${named} and ${count(total - sessions.length)} more` : named
}

/** Problems in the bars that the symbol would have after the load. */
export function ReportFindings({ report: { findings, symbol } }: { report: LoadReport }) {
  if (findings.length === 0) return <></>
  return (
    <section aria-labelledby="findings-heading">
      <h4 id="findings-heading">Data problems in {symbol}</h4>
      <ul className="warnings">
        {findings.map((finding) => (
          <li key={finding.code} className="data-fault">
            {finding.detail}
            {finding.sessions.length > 0 && <span className="fine-print"> {formatSessions(finding)}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}
