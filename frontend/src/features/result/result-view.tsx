import type { Result } from '@/api/gen/types.gen'
import { WarningList } from '@/components/warning-list'
import { Method } from './method'
import { MetricsTable } from './metrics-table'
import { ScoreCard } from './score-card'
import { buildScores } from './scores'
import { Verdicts } from './verdicts'

export function ResultView({ result }: { result: Result }) {
  return (
    <>
      <WarningList label="Before you trust these numbers" warnings={result.warnings} />
      <Verdicts result={result} />
      <ul className="score-cards" aria-label="Scores">
        {buildScores(result).map((score) => (
          <ScoreCard key={score.name} score={score} />
        ))}
      </ul>
      <details className="numbers">
        <summary>All measures and the method</summary>
        <MetricsTable result={result} />
        <Method result={result} />
      </details>
    </>
  )
}
