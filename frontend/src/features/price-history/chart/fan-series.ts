import {
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

type Target = Parameters<ICustomSeriesPaneRenderer['draw']>[0]

export interface FanPoint extends CustomData {
  lower: number
  upper: number
}

export interface FanOptions extends CustomSeriesOptions {
  fill: string
  edge: string
}

/** A shaded band between the lower and upper ends of intervals, with its edges drawn. */
export class FanSeries implements ICustomSeriesPaneView<Time, FanPoint, FanOptions> {
  #data: PaneRendererCustomData<Time, FanPoint> | null = null
  #options: FanOptions = this.defaultOptions()

  renderer(): ICustomSeriesPaneRenderer {
    return {
      draw: (target, toY) => {
        this.#draw(target, toY)
      },
    }
  }

  update(data: PaneRendererCustomData<Time, FanPoint>, options: FanOptions): void {
    this.#data = data
    this.#options = options
  }

  priceValueBuilder({ lower, upper }: FanPoint): CustomSeriesPricePlotValues {
    return [lower, upper, upper]
  }

  isWhitespace(data: FanPoint | CustomSeriesWhitespaceData<Time>): data is CustomSeriesWhitespaceData<Time> {
    return !('lower' in data)
  }

  defaultOptions(): FanOptions {
    return { ...customSeriesDefaultOptions, fill: 'transparent', edge: 'transparent' }
  }

  #edges(toY: PriceToCoordinateConverter): { lower: Path2D; upper: Path2D; area: Path2D } {
    const points = (this.#data?.bars ?? []).map(({ x, originalData }) => ({
      x,
      lower: toY(originalData.lower) ?? 0,
      upper: toY(originalData.upper) ?? 0,
    }))
    const edge = (at: 'lower' | 'upper', path = new Path2D(), from = points): Path2D => {
      for (const point of from) path.lineTo(point.x, point[at])
      return path
    }
    return { lower: edge('lower'), upper: edge('upper'), area: edge('lower', edge('upper'), points.toReversed()) }
  }

  #draw(target: Target, toY: PriceToCoordinateConverter): void {
    const { lower, upper, area } = this.#edges(toY)
    target.useMediaCoordinateSpace(({ context }) => {
      context.fillStyle = this.#options.fill
      context.strokeStyle = this.#options.edge
      context.lineWidth = 1
      context.fill(area)
      context.stroke(lower)
      context.stroke(upper)
    })
  }
}
