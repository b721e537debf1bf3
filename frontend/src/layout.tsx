import { Link, useLocation } from 'wouter'
import { Guarded } from '@/components/guarded'
import { PaperFooter } from '@/components/paper-footer'
import { ThemeSelect } from '@/components/theme-select'
import { AboutButton } from '@/features/about/about-button'
import { LoadBars } from '@/features/load-bars/load-bars'
import { SymbolSearch } from '@/features/symbol-search/symbol-search'
import { HomePage } from './home-page'
import { NotFound } from './not-found'
import { paths } from './paths'
import { useView } from './use-view'

export function Layout() {
  const [path] = useLocation()
  const { symbol, change } = useView()
  const show = (chosen: string): void => {
    change({ symbol: chosen, compare: [] })
  }
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <header className="site-header">
        <Link href={paths.home} className="wordmark">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <h1>Bellwether</h1>
        </Link>
        <Guarded>
          <SymbolSearch symbol={symbol} onSubmit={show} />
        </Guarded>
        <div className="site-actions">
          <LoadBars symbol={symbol} onLoaded={show} />
          <AboutButton />
          <a href={paths.docs}>API docs</a>
        </div>
        <ThemeSelect />
      </header>
      <main id="main" tabIndex={-1}>
        <Guarded>
          {path === paths.home ? <HomePage /> : <NotFound />}
        </Guarded>
      </main>
      <footer className="site-footer">
        <p>Not investment advice.</p>
        <p>
          <a href={paths.charts} rel="noreferrer">
            Charts by TradingView
          </a>
        </p>
      </footer>
      <PaperFooter />
    </>
  )
}
