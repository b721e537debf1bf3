import { session } from '@/lib/format'
import { type ChartContext, formatForecast, formatTrade } from './chart-text'
import type { Row } from './rows'

interface SessionSliderProps {
  rows: readonly Row[]
  at: number
  context: ChartContext
  onMove: (index: number) => void
}

function valueText(row: Row, context: ChartContext): string {
  const figures = [...formatTrade(row, context.format), ...formatForecast(row, context)]
  return `${session(row.session)}: ${figures.map(({ name, value }) => `${name} ${value}`).join(', ')}`
}

/** Finds the nearest session that is not missing, in the direction of the move from `at` to `index`. */
function skipMissing(rows: readonly Row[], at: number, index: number): number {
  if (rows[index]?.isMissing !== true) return index
  const after = rows.findIndex(({ isMissing }, i) => i > index && !isMissing)
  return index < at ? rows.findLastIndex(({ isMissing }, i) => i < index && !isMissing) : after
}

/** Moves the crosshair by keyboard: by one session with the arrows, to the ends with Home and End. */
export function SessionSlider({ rows, at, context, onMove }: SessionSliderProps) {
  const row = rows[at]
  return (
    <input
      type="range"
      className="session-slider"
      aria-label="Session"
      aria-valuetext={row === undefined ? undefined : valueText(row, context)}
      min={0}
      max={rows.length - 1}
      value={at}
      onChange={(event) => onMove(skipMissing(rows, at, event.target.valueAsNumber))}
    />
  )
}
