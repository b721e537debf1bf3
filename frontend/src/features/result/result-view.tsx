import type { Result } from '@/api/gen/types.gen'
import { useOwnWarnings } from '@/components/use-own-warnings'
import { WarningList } from '@/components/warning-list'
import { usePriceFormat } from '@/lib/price-format'
import { EstimatesTable } from './estimates-table'
import { Method } from './method'
import { MetricsTable } from './metrics-table'
import { ScoreCard } from './score-card'
import { buildScores } from './scores'
import { Verdicts } from './verdicts'

export function ResultView({ result }: { result: Result }) {
  const format = usePriceFormat()
  const warnings = useOwnWarnings(result.stock_symbol, result.data.adjusted, result.warnings)
  return (
    <>
      <WarningList label="Before you trust these numbers" warnings={warnings} />
      <Verdicts result={result} />
      <ul className="score-cards" aria-label="Scores">
        {buildScores(result, format).map((score) => (
          <ScoreCard key={score.name} score={score} />
        ))}
      </ul>
      <details className="numbers">
        <summary>All measures and the method</summary>
        <MetricsTable result={result} />
        <Method result={result} />
        <EstimatesTable result={result} />
      </details>
    </>
  )
}
