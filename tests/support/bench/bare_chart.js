// The smallest page that draws the bars of a symbol: the reference of `make bench-page`.
import { CandlestickSeries, HistogramSeries, createChart } from './lightweight-charts.js'

const SIX_MONTHS = 126
const { symbol, range, width, height } = Object.fromEntries(new URLSearchParams(location.search))
const host = document.getElementById('chart')
Object.assign(host.style, { width: `${width}px`, height: `${height}px` })
const chart = createChart(host, { autoSize: true, timeScale: { minBarSpacing: 0.01 } })
const volume = chart.addSeries(HistogramSeries, { priceScaleId: 'volume' })
const candles = chart.addSeries(CandlestickSeries)

window.show = async (symbol) => {
  const { bars } = await (await fetch(`/api/stocks/${symbol}/bars?format=json&adjusted=false`)).json()
  const start = performance.now()
  candles.setData(bars.map(({ session: time, open, high, low, close }) => ({ time, open, high, low, close })))
  volume.setData(bars.map(({ session: time, volume: value }) => ({ time, value })))
  const from = range === 'all' ? 0 : Math.max(0, bars.length - SIX_MONTHS)
  chart.timeScale().setVisibleLogicalRange({ from, to: bars.length })
  requestAnimationFrame(() => performance.measure('bellwether:chart', { start, end: performance.now() }))
}
await window.show(symbol)
