import { readAddress } from './address/view'
import { askAhead } from './api/early-requests'
import { loadChart } from './features/price-history/load-chart'
import { preload } from './lib/use-lazy-module'
import './styles/index.css'

const host = document.getElementById('root')
if (host === null) throw new Error('index.html has no element with the id "root".')

// What the page shows is asked for before the page itself, which is the larger script, is fetched and read.
const { symbol, view } = readAddress(window.location.search)
if (symbol !== undefined) {
  askAhead(symbol, view)
  preload(loadChart).catch(() => undefined) // the chart says so in its place
}
void import('./app/start').then(({ start }) => start(host))
