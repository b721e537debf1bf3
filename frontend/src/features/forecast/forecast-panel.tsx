import { useQuery } from '@tanstack/react-query'
import { getForecast } from '@/api/get-forecast'
import { problemOf } from '@/api/problem'
import { ProblemNotice } from '@/components/problem-notice'
import { Status } from '@/components/status'
import { ForecastView } from './forecast-view'

export function ForecastPanel({ symbol }: { symbol: string }) {
  const { data: forecast, error, isFetching, refetch } = useQuery(getForecast(symbol))

  return (
    <section className="forecast" aria-labelledby="forecast-heading">
      <h3 id="forecast-heading">Looking ahead: the close of the next sessions</h3>
      {forecast !== undefined ? (
        <>
          <Status>{`The forecast for ${forecast.stock_symbol} is shown.`}</Status>
          <ForecastView forecast={forecast} />
        </>
      ) : error !== null ? (
        <ProblemNotice problem={problemOf(error)} isRetrying={isFetching} onRetry={() => void refetch()} />
      ) : (
        <>
          <Status>{`Working out the forecast for ${symbol}`}</Status>
          <div className="skeleton-block skeleton-forecast" aria-hidden="true" />
        </>
      )}
    </section>
  )
}
