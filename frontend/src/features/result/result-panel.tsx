import type { ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { getResult } from '@/api/get-result'
import { problemOf } from '@/api/problem'
import { Loading } from '@/components/loading'
import { ProblemNotice } from '@/components/problem-notice'
import { Status } from '@/components/status'
import { ResultView } from './result-view'

export function ResultPanel({ symbol, children }: { symbol: string; children?: ReactNode }) {
  const { data: result, error, isFetching, refetch } = useQuery(getResult(symbol))

  if (result !== undefined) {
    return (
      <>
        <Status>{`The result for ${result.stock_symbol} is shown.`}</Status>
        <ResultView result={result}>{children}</ResultView>
      </>
    )
  }
  if (error !== null) {
    return <ProblemNotice problem={problemOf(error)} isRetrying={isFetching} onRetry={() => void refetch()} />
  }
  return (
    <>
      <Status>{`Loading the result for ${symbol}`}</Status>
      <Loading />
    </>
  )
}
