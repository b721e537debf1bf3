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
 * Asks for what the first screen of a symbol shows, before the page is there to ask. Waits for the chart and its bars,
 * though not for long: a screen that is made once is there sooner than one that is made of placeholders first. What fails
 * is asked for again by whoever shows it.
 */
export async function prefetch(queries: QueryClient, search: string): Promise<void> {
  const { symbol, view } = readAddress(search)
  if (symbol === undefined) return
  const asked = [queries.query(getStock(symbol)), queries.query(getBars(symbol, view.isAdjusted)), preload(loadChart)]
  void Promise.allSettled([queries.query(getResult({ symbol, ...view })), queries.query(getForecast({ symbol, ...view }))])
  session('2000-01-03') // the first date takes 10 ms, which are free while the answers are on their way
  const longest = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS))
  await Promise.race([Promise.allSettled(asked), longest])
}
