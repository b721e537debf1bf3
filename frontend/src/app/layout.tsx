import { Link, useLocation } from 'wouter'
import { paths } from '@/address/paths'
import { useView } from '@/address/use-view'
import { StaleAnswersNotice } from '@/components/notices/stale-answers-notice'
import { PanelBoundary } from '@/components/panel-boundary'
import { AboutButton } from '@/features/about/about-button'
import { LoadBars } from '@/features/load-bars/load-bars'
import { RunsButton } from '@/features/runs/runs-button'
import { SymbolSearch } from '@/features/symbol-search/symbol-search'
import { Page } from './pages'
import { PrintFooter } from './print-footer'
import { ThemeSelect } from './theme-select'

export function Layout() {
  const [path] = useLocation()
  const { symbol, change } = useView()
  const show = (chosen: string): void => {
    change({ symbol: chosen, compare: [] })
  }
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="site-header">
        <Link href={paths.home} className="wordmark">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <h1>Bellwether</h1>
        </Link>
        <PanelBoundary>
          <SymbolSearch symbol={symbol} onSubmit={show} />
        </PanelBoundary>
        <nav className="site-pages" aria-label="Pages">
          <Link href={paths.screener} aria-current={path.startsWith(paths.screener) ? 'page' : undefined}>
            Screener
          </Link>
          <Link href={paths.leaderboard} aria-current={path.startsWith(paths.leaderboard) ? 'page' : undefined}>
            Leaderboard
          </Link>
        </nav>
        <div className="site-actions">
          <RunsButton />
          <LoadBars symbol={symbol} onLoaded={show} />
          <AboutButton />
          <a href={paths.docs}>API docs</a>
        </div>
        <ThemeSelect />
      </header>
      <StaleAnswersNotice />
      <main id="main" tabIndex={-1}>
        <PanelBoundary key={path + (symbol ?? '')}>
          <Page path={path} />
        </PanelBoundary>
      </main>
      <footer className="site-footer">
        <p>Not investment advice.</p>
        <p>
          <a href={paths.charts} rel="noreferrer">
            Charts by TradingView
          </a>
        </p>
      </footer>
      <PrintFooter />
    </>
  )
}
