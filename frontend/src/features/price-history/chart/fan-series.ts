import {
  type CustomBarItemData,
  type CustomData,
  type CustomSeriesOptions,
  customSeriesDefaultOptions,
  type CustomSeriesPricePlotValues,
  type CustomSeriesWhitespaceData,
  type ICustomSeriesPaneRenderer,
  type ICustomSeriesPaneView,
  type PaneRendererCustomData,
  type PriceToCoordinateConverter,
  type Time,
} from 'lightweight-charts'
import type { Band } from '@/features/price-history/forecast-bands'

type Target = Parameters<ICustomSeriesPaneRenderer['draw']>[0]
type Item = CustomBarItemData<Time, FanPoint>

export interface FanPoint extends CustomData {
  /** From the widest to the narrowest. */
  bands: readonly Band[]
}

export interface FanOptions extends CustomSeriesOptions {
  fill: string
  edge: string
}

interface Corner {
  x: number
  lower: number
  upper: number
}

/** Splits items where sessions without one lie between them. */
function splitRuns<T extends { time: number }>(items: readonly T[]): T[][] {
  const runs: T[][] = []
  for (const item of items) {
    const run = runs.at(-1)
    if (run?.at(-1)?.time === item.time - 1) run.push(item)
    else runs.push([item])
  }
  return runs
}

/** Shaded bands between the lower and upper ends of intervals, one over the other. */
export class FanSeries implements ICustomSeriesPaneView<Time, FanPoint, FanOptions> {
  #data: PaneRendererCustomData<Time, FanPoint> | null = null
  #options: FanOptions = this.defaultOptions()

  renderer(): ICustomSeriesPaneRenderer {
    return {
      draw: (target, toY) => this.#draw(target, toY),
    }
  }

  update(data: PaneRendererCustomData<Time, FanPoint>, options: FanOptions): void {
    this.#data = data
    this.#options = options
  }

  priceValueBuilder({ bands: [widest] }: FanPoint): CustomSeriesPricePlotValues {
    return widest === undefined ? [] : [widest.lower, widest.upper, widest.upper]
  }

  isWhitespace(data: FanPoint | CustomSeriesWhitespaceData<Time>): data is CustomSeriesWhitespaceData<Time> {
    return !('bands' in data)
  }

  defaultOptions(): FanOptions {
    return { ...customSeriesDefaultOptions, fill: 'transparent', edge: 'transparent' }
  }

  /** The visible items and one on either side. The chart computes coordinates for visible items only. */
  #items(): Item[] {
    const { bars = [], visibleRange = null, barSpacing = 0 } = this.#data ?? {}
    const first = visibleRange === null ? undefined : bars[visibleRange.from]
    if (visibleRange === null || first === undefined) return []
    return bars
      .slice(Math.max(0, visibleRange.from - 1), visibleRange.to + 1)
      .map((item) => ({ ...item, x: first.x + (item.time - first.time) * barSpacing }))
  }

  #draw(target: Target, toY: PriceToCoordinateConverter): void {
    const runs = splitRuns(this.#items())
    target.useMediaCoordinateSpace(({ context }) => {
      context.fillStyle = this.#options.fill
      context.strokeStyle = this.#options.edge
      context.lineWidth = 1
      for (const run of runs) this.#drawRun(context, run, toY)
    })
  }

  #drawRun(context: CanvasRenderingContext2D, run: readonly Item[], toY: PriceToCoordinateConverter): void {
    const nBands = run.at(-1)?.originalData.bands.length ?? 0
    for (let i = 0; i < nBands; i += 1) {
      const corners = run.flatMap(({ x, originalData: { bands } }): Corner[] => {
        const [lower, upper] = [toY(bands[i]?.lower ?? Number.NaN), toY(bands[i]?.upper ?? Number.NaN)]
        return lower === null || upper === null || Number.isNaN(lower + upper) ? [] : [{ x, lower, upper }]
      })
      context.fill(tracePath(corners.toReversed(), 'lower', tracePath(corners, 'upper')))
      if (run.at(-1)?.originalData.bands[i]?.isOutlined !== true) continue
      context.stroke(tracePath(corners, 'lower'))
      context.stroke(tracePath(corners, 'upper'))
    }
  }
}

function tracePath(corners: readonly Corner[], at: 'lower' | 'upper', path = new Path2D()): Path2D {
  for (const corner of corners) path.lineTo(corner.x, corner[at])
  return path
}
