import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  SeriesAttachedParameter,
} from 'lightweight-charts'

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0]

interface Mark {
  session: string
  label: string
}

const FONT_PIXELS = 12
const GAP = 6
const DASHES = [5, 4]

/** A dashed vertical line at one session, with a label at its top. */
export class SplitMark implements ISeriesPrimitive {
  #attached: SeriesAttachedParameter | null = null
  #mark: Mark | null = null
  #color = 'transparent'
  readonly #view: IPrimitivePaneView = {
    zOrder: () => 'top',
    renderer: () => ({
      draw: (target) => {
        this.#draw(target)
      },
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

  set(mark: Mark | null): void {
    this.#mark = mark
    this.#attached?.requestUpdate()
  }

  #draw(target: Target): void {
    if (this.#attached === null || this.#mark === null) return
    const { chart } = this.#attached
    const { label, session } = this.#mark
    const x = chart.timeScale().timeToCoordinate(session)
    if (x === null) return
    const { fontFamily } = chart.options().layout
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      context.strokeStyle = this.#color
      context.fillStyle = this.#color
      context.font = `600 ${String(FONT_PIXELS)}px ${fontFamily}`
      context.setLineDash(DASHES)
      context.beginPath()
      context.moveTo(x, 0)
      context.lineTo(x, height)
      context.stroke()
      const labelWidth = context.measureText(label).width
      const isRoomAtTheRight = x + GAP + labelWidth < width
      context.fillText(label, isRoomAtTheRight ? x + GAP : Math.max(0, x - GAP - labelWidth), FONT_PIXELS + 2)
    })
  }
}
