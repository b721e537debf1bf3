import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  SeriesAttachedParameter,
} from 'lightweight-charts'
import { session } from '@/lib/format'
import type { Gap } from '@/lib/gaps'

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0]

const FONT_PIXELS = 12
const HATCH_PIXELS = 8
const LABEL_Y = 28

/** Hatched bands where sessions have no bars, with a label where there is room for one. */
export class GapBands implements ISeriesPrimitive {
  #attached: SeriesAttachedParameter | null = null
  #gaps: readonly Gap[] = []
  #color = 'transparent'
  readonly #view: IPrimitivePaneView = {
    zOrder: () => 'bottom',
    renderer: () => ({
      draw: (target) => this.#draw(target),
    }),
  }

  attached(attached: SeriesAttachedParameter): void {
    this.#attached = attached
  }

  detached(): void {
    this.#attached = null
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [this.#view]
  }

  paint(color: string): void {
    this.#color = color
    this.#attached?.requestUpdate()
  }

  set(gaps: readonly Gap[]): void {
    this.#gaps = gaps
    this.#attached?.requestUpdate()
  }

  #draw(target: Target): void {
    if (this.#attached === null) return
    const scale = this.#attached.chart.timeScale()
    const { fontFamily } = this.#attached.chart.options().layout
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      context.strokeStyle = this.#color
      context.fillStyle = this.#color
      context.font = `${String(FONT_PIXELS)}px ${fontFamily}`
      for (const { after, before } of this.#gaps) {
        const [from, to] = [scale.timeToCoordinate(after), scale.timeToCoordinate(before)]
        if (from === null || to === null) continue
        const [left, right] = [Math.max(0, from), Math.min(width, to)]
        if (left >= right) continue
        hatch(context, left, right, height)
        writeLabel(context, `No bars, ${session(after)} – ${session(before)}`, left, right)
      }
    })
  }
}

function hatch(context: CanvasRenderingContext2D, left: number, right: number, height: number): void {
  context.save()
  context.beginPath()
  context.rect(left, 0, right - left, height)
  context.clip()
  context.beginPath()
  const first = Math.floor((left - height) / HATCH_PIXELS) * HATCH_PIXELS
  for (let x = first; x < right; x += HATCH_PIXELS) {
    context.moveTo(x, height)
    context.lineTo(x + height, 0)
  }
  context.globalAlpha = 0.35
  context.stroke()
  context.restore()
}

function writeLabel(context: CanvasRenderingContext2D, label: string, left: number, right: number): void {
  const width = context.measureText(label).width
  if (width < right - left) context.fillText(label, (left + right - width) / 2, LABEL_Y)
}
