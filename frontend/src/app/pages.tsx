import { paths } from '@/address/paths'
import { HomePage } from './home-page'
import { LazyPage } from './lazy-page'
import { NotFound } from './not-found'

const loadScreener = async () => ({ Page: (await import('@/features/screener/screener-page')).ScreenerPage })
const loadLeaderboard = async () => ({ Page: (await import('@/features/leaderboard/leaderboard-page')).LeaderboardPage })

/** The page at a path, with or without a slash at its end. */
export function Page({ path }: { path: string }) {
  switch (path.replace(/(?<=.)\/$/, '')) {
    case paths.home:
      return <HomePage />
    case paths.screener:
      return <LazyPage key="screener" load={loadScreener} what="the screener" />
    case paths.leaderboard:
      return <LazyPage key="leaderboard" load={loadLeaderboard} what="the leaderboard" />
    default:
      return <NotFound />
  }
}
