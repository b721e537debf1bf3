import { useQuery } from '@tanstack/react-query'
import { useLocation, useSearch } from 'wouter'
import { parseOption } from '@/address/parse'
import { buildLeaderboardAddress } from '@/address/paths'
import { HORIZONS } from '@/address/view'
import { getLeaderboard } from '@/api/get-leaderboard'
import { toProblem } from '@/api/problem'
import { QueryView } from '@/components/query-view'
import { HorizonSelect } from '@/components/runs/horizon-select'
import { NO_COMPLETE_RUN, NoCompleteRun } from '@/components/runs/no-complete-run'
import '@/components/runs/runs.css'
import '@/components/runs/universe-page.css'
import { useDocumentTitle } from '@/lib/use-document-title'
import './leaderboard.css'
import { LeaderboardView } from './leaderboard-view'

/** The models over all symbols of the last complete run, compared with what luck explains. */
export function LeaderboardPage() {
  const [, navigate] = useLocation()
  const horizon = parseOption(HORIZONS, new URLSearchParams(useSearch()).get('horizon'), 1)
  const query = useQuery(getLeaderboard(horizon))
  const problem = query.error === null ? null : toProblem(query.error)
  useDocumentTitle('Leaderboard')
  return (
    <section className="universe-page" aria-labelledby="leaderboard-heading">
      <header className="universe-header">
        <h2 id="leaderboard-heading">Leaderboard</h2>
        <div className="universe-choices">
          <HorizonSelect
            horizon={horizon}
            onChoose={(chosen) => navigate(buildLeaderboardAddress(chosen), { replace: true })}
          />
        </div>
      </header>
      {problem?.type === NO_COMPLETE_RUN ? (
        <NoCompleteRun horizon={horizon} detail={problem.detail} />
      ) : (
        <QueryView query={query} what="the leaderboard" skeleton={<div className="skeleton-block skeleton-universe" />}>
          {(leaderboard) => <LeaderboardView leaderboard={leaderboard} />}
        </QueryView>
      )}
    </section>
  )
}
