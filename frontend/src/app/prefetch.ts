import type { QueryClient } from '@tanstack/react-query'
import { readAddress } from '@/address/view'
import { getBars } from '@/api/get-bars'
import { getForecast } from '@/api/get-forecast'
import { getResult } from '@/api/get-result'
import { getStock } from '@/api/get-stock'
import { loadChart } from '@/features/price-history/load-chart'
import { session } from '@/lib/format'
import { preload } from '@/lib/use-lazy-module'

const LONGEST_WAIT_MS = 400

/**
 * Requests the data of a symbol's first screen before the page is rendered. Waits briefly for the chart and its bars:
 * a screen that is rendered once is complete sooner than one that starts with placeholders. A component whose request
 * failed here repeats it.
 */
export async function prefetch(queries: QueryClient, search: string): Promise<void> {
  const { symbol, view } = readAddress(search)
  if (symbol === undefined) return
  const firstScreen = [queries.query(getStock(symbol)), queries.query(getBars(symbol, view.isAdjusted)), preload(loadChart)]
  void Promise.allSettled([queries.query(getResult({ symbol, ...view })), queries.query(getForecast({ symbol, ...view }))])
  session('2000-01-03') // formatting the first date takes 10 ms, which cost nothing while the requests are pending
  const timeout = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS))
  await Promise.race([Promise.allSettled(firstScreen), timeout])
}
