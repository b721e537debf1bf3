import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { getSymbols } from '@/api/get-symbols'
import { problemOf } from '@/api/problem'
import { ProblemNotice } from '@/components/problem-notice'
import { Status } from '@/components/status'
import { count } from '@/lib/format'
import { paths } from '@/paths'

const MAX_SHOWN = 24

function EmptyStore() {
  return (
    <div className="notice">
      <h2>There are no stocks to choose from yet</h2>
      <p>
        The store has no bars. Load daily bars into it, then reload this page. A store that is started by{' '}
        <code>make run</code> gets sample bars; <code>MONGO_URL</code> points at a database of your own.
      </p>
    </div>
  )
}

function Choices({ symbols }: { symbols: readonly string[] }) {
  const hidden = symbols.length - MAX_SHOWN
  return (
    <section className="first-visit" aria-labelledby="first-visit-heading">
      <h2 id="first-visit-heading">Choose a stock to begin</h2>
      <p>
        Type a symbol above, or take one of these. You will see what the model says, how wrong it has been, and whether
        it beats doing nothing.
      </p>
      <ul className="choices">
        {symbols.slice(0, MAX_SHOWN).map((symbol) => (
          <li key={symbol}>
            <Link to={paths.home} search={{ symbol }} className="choice">
              {symbol}
            </Link>
          </li>
        ))}
      </ul>
      {hidden > 0 && <p className="fine-print">And {count(hidden)} more: type to find them.</p>}
    </section>
  )
}

export function SymbolList() {
  const { data: symbols, error, isFetching, refetch } = useQuery(getSymbols())
  if (symbols !== undefined) return symbols.length === 0 ? <EmptyStore /> : <Choices symbols={symbols} />
  if (error !== null) {
    return <ProblemNotice problem={problemOf(error)} isRetrying={isFetching} onRetry={() => void refetch()} />
  }
  return (
    <>
      <Status>Loading the symbols</Status>
      <div className="skeleton" aria-hidden="true">
        <div className="skeleton-block skeleton-title" />
        <div className="skeleton-block skeleton-warning" />
      </div>
    </>
  )
}
