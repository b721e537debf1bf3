import type { ReactNode } from 'react'
import type { Result } from '@/api/gen/types.gen'
import { count, session } from '@/lib/format'
import { HowMade } from './how-made'
import { IntervalStatement } from './interval-statement'
import { MetricsTable } from './metrics-table'
import { PredictionsSection } from './predictions-section'
import { SkillStatement } from './skill-statement'
import { WarningList } from './warning-list'

export function ResultView({ result, children }: { result: Result; children?: ReactNode }) {
  const { data } = result
  return (
    <article className="result" aria-labelledby="result-heading">
      <header className="result-header">
        <h2 id="result-heading">{result.stock_symbol}</h2>
        <p>
          {count(data.bars)} sessions, {session(data.first_session)} – {session(data.last_session)}
        </p>
      </header>
      {children}
      <h3>Looking back: each day’s close from its own open, high and low</h3>
      <WarningList warnings={result.warnings} />
      <SkillStatement result={result} />
      <IntervalStatement result={result} />
      <MetricsTable result={result} />
      <PredictionsSection result={result} />
      <HowMade result={result} />
    </article>
  )
}
