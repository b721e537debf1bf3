import type { Result } from '@/api/gen/types.gen'
import { count, session } from '@/lib/format'
import { HowMade } from './how-made'
import { IntervalStatement } from './interval-statement'
import { MetricsTable } from './metrics-table'
import { PredictionsSection } from './predictions-section'
import { SkillStatement } from './skill-statement'
import { WarningList } from './warning-list'

export function ResultView({ result }: { result: Result }) {
  const { data } = result
  return (
    <article className="result" aria-labelledby="result-heading">
      <header className="result-header">
        <h2 id="result-heading">{result.stock_symbol}</h2>
        <p>
          {count(data.bars)} sessions, {session(data.first_session)} – {session(data.last_session)}
        </p>
      </header>
      <WarningList warnings={result.warnings} />
      <SkillStatement result={result} />
      <IntervalStatement result={result} />
      <MetricsTable result={result} />
      <PredictionsSection result={result} />
      <HowMade result={result} />
    </article>
  )
}
