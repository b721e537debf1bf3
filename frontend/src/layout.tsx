import { Link, Outlet } from '@tanstack/react-router'
import { paths } from './paths'

export function Layout() {
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <header className="site-header">
        <Link to={paths.home} search={{}} className="wordmark">
          <img src="/favicon.svg" alt="" width="32" height="32" />
          <h1>Bellwether</h1>
        </Link>
        <p className="tagline">What a model says of a stock, how wrong it has been, and whether it beats doing nothing.</p>
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="site-footer">
        <p>Not investment advice.</p>
        <ul>
          <li>
            <a href={paths.docs}>API docs</a>
          </li>
          <li>
            <a href={paths.charts} rel="noreferrer">
              Charts by TradingView
            </a>
          </li>
        </ul>
      </footer>
    </>
  )
}
