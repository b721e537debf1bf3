import {
  CandlestickSeries,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
} from 'lightweight-charts'
import type { Forecast } from '@/api/gen/types.gen'
import { collapseBands, toBands } from '@/features/price-history/forecast-bands'
import { isMiss, type PastForecast } from '@/features/price-history/past-forecasts'
import type { Slot } from '@/features/price-history/slots'
import type { Drawing } from '@/lib/chart'
import { price } from '@/lib/format'
import type { Gap } from '@/lib/gaps'
import { type FanOptions, type FanPoint, FanSeries } from './fan-series'
import { GapBands } from './gap-bands'

export interface PriceDrawing extends Drawing {
  candles: ISeriesApi<'Candlestick'>
  setBars: (slots: readonly Slot[], gaps: readonly Gap[], digits: number) => void
  setPast: (slots: readonly Slot[], pastForecasts: readonly PastForecast[]) => void
  setForecast: (slots: readonly Slot[], forecast: Forecast | undefined) => void
}

const QUIET = { priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false } as const
const DOTTED = { lineWidth: 2, pointMarkersVisible: true, pointMarkersRadius: 2.5 } as const
const DOTS = { lineVisible: false, pointMarkersVisible: true, pointMarkersRadius: 3.5 } as const
const VOLUME_SCALE = 'volume'
const ROOM_FOR_VOLUME = { top: 0.06, bottom: 0.14 }
const LOWEST_SIXTH = { top: 5 / 6, bottom: 0 }

type Fan = ReturnType<typeof addFan>

interface Series {
  volume: ISeriesApi<'Histogram'>
  past: Fan
  fan: Fan
  candles: ISeriesApi<'Candlestick'>
  misses: ISeriesApi<'Line'>
  forecast: ISeriesApi<'Line'>
  persistence: ISeriesApi<'Line'>
  gaps: GapBands
}

const addFan = (chart: IChartApi) => chart.addCustomSeries<FanPoint, FanOptions>(new FanSeries(), QUIET)

function addSeries(chart: IChartApi): Series {
  const volume = chart.addSeries(HistogramSeries, { ...QUIET, priceScaleId: VOLUME_SCALE })
  volume.priceScale().applyOptions({ scaleMargins: LOWEST_SIXTH })
  const [past, fan] = [addFan(chart), addFan(chart)]
  const candles = chart.addSeries(CandlestickSeries, QUIET)
  candles.priceScale().applyOptions({ scaleMargins: ROOM_FOR_VOLUME })
  const gaps = new GapBands()
  candles.attachPrimitive(gaps)
  return {
    volume,
    past,
    fan,
    candles,
    gaps,
    misses: chart.addSeries(LineSeries, { ...QUIET, ...DOTS }),
    forecast: chart.addSeries(LineSeries, { ...QUIET, ...DOTTED }),
    persistence: chart.addSeries(LineSeries, { ...QUIET, lineWidth: 2, lineStyle: LineStyle.Dashed }),
  }
}

/** Falling candles are filled and rising ones hollow, so that they differ in shape as well as in color. */
function paint(series: Series, color: (token: string) => string): void {
  const [up, down] = [color('--up'), color('--down')]
  series.candles.applyOptions({
    upColor: color('--surface'),
    downColor: down,
    borderUpColor: up,
    borderDownColor: down,
    wickUpColor: up,
    wickDownColor: down,
  })
  series.volume.applyOptions({ color: color('--line') })
  series.past.applyOptions({ fill: color('--past'), edge: color('--past') })
  series.misses.applyOptions({ color: color('--miss') })
  series.fan.applyOptions({ fill: color('--fan'), edge: color('--forecast') })
  series.forecast.applyOptions({ color: color('--forecast') })
  series.persistence.applyOptions({ color: color('--persistence') })
  series.gaps.paint(color('--edge'))
}

function setDigits(chart: IChartApi, series: Series, digits: number): void {
  const { past, fan, candles, misses, forecast, persistence } = series
  const priceFormat = { type: 'price', precision: digits, minMove: 10 ** -digits } as const
  for (const priced of [past, fan, candles, misses, forecast, persistence]) priced.applyOptions({ priceFormat })
  chart.applyOptions({ localization: { priceFormatter: (value: number) => price(value, digits) } })
}

/** Where bars are conflated, a candle could span a gap. */
function setConflation(chart: IChartApi, gaps: readonly Gap[]): void {
  chart.timeScale().applyOptions({ enableConflation: gaps.length === 0 })
}

function setBars({ candles, volume, gaps: bands }: Series, slots: readonly Slot[], gaps: readonly Gap[]): void {
  candles.setData(
    slots.map(({ session: time, bar }) => {
      const { open, high, low, close } = bar ?? {}
      return open == null || high == null || low == null || close == null ? { time } : { time, open, high, low, close }
    }),
  )
  volume.setData(slots.flatMap(({ session: time, bar }) => (bar?.close == null || bar.volume == null ? [] : [{ time, value: bar.volume }])))
  bands.set(gaps)
}

/** Draws the ranges given for sessions on the chart, and the closes outside theirs. */
function setPast({ past, misses }: Series, slots: readonly Slot[], pastForecasts: readonly PastForecast[]): void {
  const sessions = new Set(slots.map(({ session }) => session))
  const shown = pastForecasts.filter(({ session }) => sessions.has(session))
  past.setData(shown.map(({ session: time, lower, upper }) => ({ time, bands: [{ lower, upper, isOutlined: true }] })))
  misses.setData(shown.filter(isMiss).map(({ session: time, actual }) => ({ time, value: actual })))
}

/**
 * The fan and the lines begin at the close that the forecast starts from, if the chart shows it. A step of a past session
 * that has no slot is left out: it would take a place on the axis, and each later session would be taken for the next one.
 */
function setForecast({ fan, forecast, persistence }: Series, slots: readonly Slot[], data: Forecast | undefined): void {
  const { as_of, last_close, level, steps } = data ?? { as_of: '', last_close: 0, level: 0, steps: [] }
  const sessions = new Set(slots.map(({ session }) => session))
  const last = slots.at(-1)?.session ?? ''
  const ahead = steps
    .filter(({ session }) => session > last || sessions.has(session))
    .map(({ session, point, intervals }) => ({ session, point, bands: toBands(intervals, level) }))
  const start = { session: as_of, point: last_close, bands: collapseBands(ahead[0]?.bands ?? [], last_close) }
  const points = sessions.has(as_of) ? [start, ...ahead] : ahead
  fan.setData(points.map(({ session: time, bands }) => ({ time, bands })))
  forecast.setData(points.map(({ session: time, point }) => ({ time, value: point })))
  persistence.setData(points.map(({ session: time }) => ({ time, value: last_close })))
}

export function drawPrices(chart: IChartApi): PriceDrawing {
  const series = addSeries(chart)
  return {
    candles: series.candles,
    paint: (color) => paint(series, color),
    setBars: (slots, gaps, digits) => {
      setDigits(chart, series, digits)
      setConflation(chart, gaps)
      setBars(series, slots, gaps)
    },
    setPast: (slots, pastForecasts) => setPast(series, slots, pastForecasts),
    setForecast: (slots, forecast) => setForecast(series, slots, forecast),
  }
}
