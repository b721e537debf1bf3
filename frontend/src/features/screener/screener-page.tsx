import { useQuery } from '@tanstack/react-query'
import { SCREENER_LEVELS } from '@/address/screener-view'
import { useScreenerView } from '@/address/use-screener-view'
import { getScreener } from '@/api/get-screener'
import { toProblem } from '@/api/problem'
import { QueryView } from '@/components/query-view'
import { HorizonSelect } from '@/components/runs/horizon-select'
import { NO_COMPLETE_RUN, NoCompleteRun } from '@/components/runs/no-complete-run'
import '@/components/runs/runs.css'
import '@/components/runs/universe-page.css'
import { Select } from '@/components/select'
import { useDocumentTitle } from '@/lib/use-document-title'
import './filters/filters.css'
import './screener.css'
import { ScreenerView } from './screener-view'

/** All symbols of the last complete run, to be filtered and sorted. */
export function ScreenerPage() {
  const { view, change } = useScreenerView()
  const query = useQuery(getScreener(view.horizon, view.level))
  const problem = query.error === null ? null : toProblem(query.error)
  useDocumentTitle('Screener')
  return (
    <section className="universe-page" aria-labelledby="screener-heading">
      <header className="universe-header">
        <h2 id="screener-heading">Screener</h2>
        <div className="universe-choices">
          <HorizonSelect horizon={view.horizon} onChoose={(horizon) => change({ horizon })} />
          <Select
            label="Level"
            options={SCREENER_LEVELS}
            formatOption={(level) => `${String(level)} %`}
            option={view.level}
            onChoose={(level) => change({ level })}
          />
        </div>
      </header>
      {problem?.type === NO_COMPLETE_RUN ? (
        <NoCompleteRun horizon={view.horizon} level={view.level} detail={problem.detail} />
      ) : (
        <QueryView query={query} what="the symbols" skeleton={<div className="skeleton-block skeleton-universe" />}>
          {(screener) => <ScreenerView screener={screener} view={view} onChange={change} />}
        </QueryView>
      )}
    </section>
  )
}
