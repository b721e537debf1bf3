import type { ByChance } from '@/api/gen/types.gen'

const WIDTH = 160
const HEIGHT = 16
const MARGIN = 8
const MIDDLE = HEIGHT / 2

interface LuckPictureProps {
  n: number
  luck: ByChance
  /** The count at the right end of the axis. */
  most: number
}

/** The counts that luck gives as a band, and the model's as a point; inside the band it shows no skill. */
export function LuckPicture({ n, luck, most }: LuckPictureProps) {
  const at = (value: number): number => MARGIN + (Math.min(value, most) / Math.max(1, most)) * (WIDTH - 2 * MARGIN)
  return (
    <svg className="skill-picture" viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} aria-hidden="true">
      <line className="skill-zero" x1={MARGIN} x2={WIDTH - MARGIN} y1={MIDDLE} y2={MIDDLE} />
      <rect className="luck-band" x={at(luck.low)} width={Math.max(2, at(luck.high) - at(luck.low))} y="3" height="10" rx="2" />
      <circle className="skill-point" cx={at(n)} cy={MIDDLE} r="4" />
    </svg>
  )
}
