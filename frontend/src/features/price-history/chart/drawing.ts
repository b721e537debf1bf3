import {
  CandlestickSeries,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
} from 'lightweight-charts'
import type { Bar, Forecast, Result } from '@/api/gen/types.gen'
import type { Drawing } from '@/lib/chart'
import { session } from '@/lib/format'
import { type FanOptions, type FanPoint, FanSeries } from './fan-series'
import { SplitMark } from './split-mark'

export interface PriceDrawing extends Drawing {
  candles: ISeriesApi<'Candlestick'>
  setBars: (bars: readonly Bar[]) => void
  setResult: (bars: readonly Bar[], result: Result | undefined) => void
  setForecast: (bars: readonly Bar[], forecast: Forecast | undefined) => void
}

const QUIET = { priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false } as const
const DOTTED = { lineWidth: 2, pointMarkersVisible: true, pointMarkersRadius: 2.5 } as const
const VOLUME_SCALE = 'volume'
const ROOM_FOR_LABEL_AND_VOLUME = { top: 0.12, bottom: 0.14 }
const LOWEST_SIXTH = { top: 5 / 6, bottom: 0 }

interface Series {
  volume: ISeriesApi<'Histogram'>
  candles: ISeriesApi<'Candlestick'>
  predicted: ISeriesApi<'Line'>
  fan: ReturnType<typeof addFan>
  forecast: ISeriesApi<'Line'>
  persistence: ISeriesApi<'Line'>
  split: SplitMark
}

const addFan = (chart: IChartApi) => chart.addCustomSeries<FanPoint, FanOptions>(new FanSeries(), QUIET)

function addSeries(chart: IChartApi): Series {
  const volume = chart.addSeries(HistogramSeries, { ...QUIET, priceScaleId: VOLUME_SCALE })
  volume.priceScale().applyOptions({ scaleMargins: LOWEST_SIXTH })
  const fan = addFan(chart)
  const candles = chart.addSeries(CandlestickSeries, QUIET)
  candles.priceScale().applyOptions({ scaleMargins: ROOM_FOR_LABEL_AND_VOLUME })
  const split = new SplitMark()
  candles.attachPrimitive(split)
  return {
    volume,
    fan,
    candles,
    split,
    predicted: chart.addSeries(LineSeries, { ...QUIET, lineWidth: 1 }),
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
  series.predicted.applyOptions({ color: color('--predicted') })
  series.fan.applyOptions({ fill: color('--fan'), edge: color('--forecast') })
  series.forecast.applyOptions({ color: color('--forecast') })
  series.persistence.applyOptions({ color: color('--persistence') })
  series.split.paint(color('--split'))
}

function setBars({ candles, volume }: Series, bars: readonly Bar[]): void {
  candles.setData(
    bars.map(({ session: time, open, high, low, close }) =>
      open === null || high === null || low === null || close === null ? { time } : { time, open, high, low, close },
    ),
  )
  volume.setData(bars.flatMap(({ session: time, volume: value }) => (value == null ? [] : [{ time, value }])))
}

function setResult({ predicted, split }: Series, bars: readonly Bar[], result: Result | undefined): void {
  const sessions = new Set(bars.map((bar) => bar.session))
  const predictions = result?.predictions
  predicted.setData(
    (predictions?.session ?? []).flatMap((time, i) => {
      const value = predictions?.predicted[i]
      return value === undefined || !sessions.has(time) ? [] : [{ time, value }]
    }),
  )
  const first = result?.split.test.first_session
  split.set(first === undefined ? null : { session: first, label: `Test from ${session(first)}` })
}

/** The fan and the lines begin at the close that the forecast starts from, if the chart shows it. */
function setForecast({ fan, forecast, persistence }: Series, bars: readonly Bar[], data: Forecast | undefined): void {
  const { as_of, last_close, steps } = data ?? { as_of: '', last_close: 0, steps: [] }
  const isOnChart = bars.some((bar) => bar.session === as_of)
  const last = isOnChart ? [{ session: as_of, point: last_close, lower: last_close, upper: last_close }] : []
  const points = [...last, ...steps]
  fan.setData(points.map(({ session: time, lower, upper }) => ({ time, lower, upper })))
  forecast.setData(points.map(({ session: time, point }) => ({ time, value: point })))
  persistence.setData(points.map(({ session: time }) => ({ time, value: last_close })))
}

export function drawPrices(chart: IChartApi): PriceDrawing {
  const series = addSeries(chart)
  return {
    candles: series.candles,
    paint: (color) => {
      paint(series, color)
    },
    setBars: (bars) => {
      setBars(series, bars)
    },
    setResult: (bars, result) => {
      setResult(series, bars, result)
    },
    setForecast: (bars, forecast) => {
      setForecast(series, bars, forecast)
    },
  }
}
