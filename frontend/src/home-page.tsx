import { getRouteApi } from '@tanstack/react-router'
import { problemOf } from '@/api/problem'
import { ErrorBoundary } from '@/components/error-boundary'
import { ProblemNotice } from '@/components/problem-notice'
import { ForecastPanel } from '@/features/forecast/forecast-panel'
import { ResultPanel } from '@/features/result/result-panel'
import { SymbolList } from '@/features/symbol-search/symbol-list'
import { SymbolSearch } from '@/features/symbol-search/symbol-search'
import { useDocumentTitle } from '@/lib/use-document-title'
import { paths } from './paths'

const route = getRouteApi(paths.home)

export function HomePage() {
  const { symbol } = route.useSearch()
  const navigate = route.useNavigate()
  useDocumentTitle(symbol)

  return (
    <>
      <SymbolSearch symbol={symbol} onSubmit={(chosen) => void navigate({ search: { symbol: chosen } })} />
      {symbol === undefined ? (
        <SymbolList />
      ) : (
        <ErrorBoundary
          key={symbol}
          fallback={(error, reset) => <ProblemNotice problem={problemOf(error)} onRetry={reset} />}
        >
          <ResultPanel symbol={symbol}>
            <ErrorBoundary
              fallback={(error, reset) => <ProblemNotice problem={problemOf(error)} onRetry={reset} />}
            >
              <ForecastPanel symbol={symbol} />
            </ErrorBoundary>
          </ResultPanel>
        </ErrorBoundary>
      )}
    </>
  )
}
