import { skill } from '@/lib/format'

/** A skill and its confidence interval. */
interface Estimate {
  skill: number | null
  lower: number | null
  upper: number | null
}

const WIDTH = 160
const HEIGHT = 16
const MARGIN = 8
const TIP = 6
const ZERO = WIDTH / 2
const MIDDLE = HEIGHT / 2
const LEAST_REACH = 0.05
const MOST_REACH = 0.5

/** Computes the range of the skill axis, so that all models that are not clearly worse than persistence fit in. */
export function computeReach(estimates: readonly Estimate[]): number {
  const close = estimates.filter(({ skill, upper }) => (upper ?? skill ?? 0) >= 0)
  const ends = close.flatMap(({ skill, lower, upper }) => [lower, skill, upper])
  return Math.min(MOST_REACH, Math.max(LEAST_REACH, ...ends.map((end) => Math.abs(end ?? 0))))
}

interface SkillPictureProps {
  estimate: Estimate
  reach: number
}

/** Labels the ends and the middle of the axis. */
export function SkillScale({ reach }: { reach: number }) {
  return (
    <span className="skill-scale" aria-hidden="true">
      <span>{skill(-reach)}</span>
      <span>0</span>
      <span>{skill(reach)}</span>
    </span>
  )
}

/** The interval on an axis with a line at zero; an arrow marks an end off the axis. It repeats the text next to it. */
export function SkillPicture({ estimate: { skill, lower, upper }, reach }: SkillPictureProps) {
  const at = (value: number): number => {
    const share = Math.max(-1, Math.min(1, value / reach))
    return ZERO + share * (ZERO - MARGIN)
  }
  return (
    <svg className="skill-picture" viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} aria-hidden="true">
      <line className="skill-zero" x1={ZERO} x2={ZERO} y1="0" y2={HEIGHT} />
      {lower !== null && upper !== null && (
        <>
          <line className="skill-interval" x1={at(lower)} x2={at(upper)} y1={MIDDLE} y2={MIDDLE} />
          {lower <= reach && <End x={at(lower)} tip={lower < -reach ? -TIP : 0} />}
          {upper >= -reach && <End x={at(upper)} tip={upper > reach ? TIP : 0} />}
        </>
      )}
      {skill !== null && Math.abs(skill) <= reach && <circle className="skill-point" cx={at(skill)} cy={MIDDLE} r="4" />}
    </svg>
  )
}

/** Draws a bar across, or an arrow whose tip is `tip` away. */
function End({ x, tip }: { x: number; tip: number }) {
  const [top, bottom] = [MIDDLE - 4, MIDDLE + 4]
  return <path className="skill-interval" d={`M${String(x)} ${String(top)}l${String(tip)} 4L${String(x)} ${String(bottom)}`} />
}
