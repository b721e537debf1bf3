import { useQuery } from '@tanstack/react-query'
import type { SymbolView } from '@/address/view'
import { getResult } from '@/api/get-result'
import { Panel } from '@/components/panel'
import { QueryView } from '@/components/query-view'
import { ResultView } from './result-view'

export function ResultPanel({ view }: { view: SymbolView }) {
  const query = useQuery(getResult(view))
  return (
    <Panel id="result-heading" title="Same-day estimate (not a forecast)" className="result">
      <QueryView
        query={query}
        what={`the result for ${view.symbol}`}
        skeleton={<div className="skeleton-block skeleton-result" />}
      >
        {(result) => <ResultView result={result} />}
      </QueryView>
    </Panel>
  )
}
