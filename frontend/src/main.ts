import { readAddress } from './address/view'
import { startEarlyRequests, startEarlyScreener } from './api/early-requests'
import { loadChart } from './features/price-history/load-chart'
import { preload } from './lib/use-lazy-module'
import './styles/index.css'

const host = document.getElementById('root')
if (host === null) throw new Error('index.html has no element with the id "root".')

// Request the data and the chart before the page's script, which is larger, is fetched and parsed.
const { pathname, search } = window.location
const { symbol, view } = readAddress(search)
if (pathname.startsWith('/screener')) {
  startEarlyScreener(search)
} else if (symbol !== undefined) {
  startEarlyRequests(symbol, view)
  preload(loadChart).catch(() => undefined) // the chart panel reports the problem
}
void import('./app/start').then(({ start }) => start(host))
