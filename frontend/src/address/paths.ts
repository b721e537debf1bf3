import { DEFAULT_VIEW, type View, writeSearch } from './view'

export const paths = {
  home: '/',
  screener: '/screener',
  leaderboard: '/leaderboard',
  docs: '/docs',
  charts: 'https://www.tradingview.com/',
} as const

/** Builds the address of a view of a symbol, or of the home page. */
export function buildAddress(symbol?: string, view: View = DEFAULT_VIEW): string {
  const text = new URLSearchParams(writeSearch(symbol, view)).toString().replaceAll('%2C', ',')
  return text === '' ? paths.home : `${paths.home}?${text}`
}

/** Builds the address of the leaderboard at a horizon. */
export function buildLeaderboardAddress(horizon: number): string {
  return horizon === 1 ? paths.leaderboard : `${paths.leaderboard}?horizon=${String(horizon)}`
}
