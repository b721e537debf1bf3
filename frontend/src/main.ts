import { askAhead } from './api/ahead'
import { loadChart } from './features/price-history/load-chart'
import { preload } from './lib/use-loaded'
import { readAddress } from './lib/view'
import './styles/tokens.css'
import './styles/base.css'
import './styles/tables.css'
import './styles/search.css'
import './styles/header.css'
import './styles/price-history.css'
import './styles/comparison.css'
import './styles/forecast.css'
import './styles/result.css'
import './styles/data-card.css'
import './styles/evaluation.css'
import './styles/dialog.css'
import './styles/load-bars.css'
import './styles/about.css'
import './styles/print.css'

const host = document.getElementById('root')
if (host === null) throw new Error('index.html has no element with the id "root".')

// What the page shows is asked for before the page itself, which is the larger script, is fetched and read.
const { symbol, view } = readAddress(window.location.search)
if (symbol !== undefined) {
  askAhead(symbol, view)
  preload(loadChart).catch(() => undefined) // the chart says so in its place
}
void import('./start').then(({ start }) => start(host))
