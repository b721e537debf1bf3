import { memo } from 'react'

const WIDTH = 96
const HEIGHT = 24
const MARGIN = 2

/** Builds one path through the closes, on their own scale. */
function buildPath(closes: readonly number[]): string {
  if (closes.length < 2) return ''
  const low = Math.min(...closes)
  const high = Math.max(...closes)
  const step = (WIDTH - 2 * MARGIN) / (closes.length - 1)
  const scale = high === low ? 0 : (HEIGHT - 2 * MARGIN) / (high - low)
  const points = closes.map((close, i) => {
    const y = scale === 0 ? HEIGHT / 2 : HEIGHT - MARGIN - (close - low) * scale
    return `${(MARGIN + i * step).toFixed(1)} ${y.toFixed(1)}`
  })
  return `M${points.join('L')}`
}

/** The shape of the last closes; the changes next to it are its numbers. */
export const Spark = memo(function Spark({ closes }: { closes: readonly number[] }) {
  return (
    <svg className="spark" viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} aria-hidden="true">
      <path d={buildPath(closes)} />
    </svg>
  )
})
