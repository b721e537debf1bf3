import type { Forecast, Result } from '@/api/gen/types.gen'
import { session } from '@/lib/format'
import { formatPrediction, formatTrade } from './chart-text'
import type { Row } from './rows'

interface SessionSliderProps {
  rows: readonly Row[]
  at: number
  result: Result | undefined
  forecast: Forecast | undefined
  onMove: (index: number) => void
}

function valueText(row: Row, result: Result | undefined, forecast: Forecast | undefined): string {
  const figures = [...formatTrade(row), ...formatPrediction(row, result, forecast)]
  return `${session(row.session)}: ${figures.map(({ name, value }) => `${name} ${value}`).join(', ')}`
}

/** Moves the crosshair by keyboard: by one session with the arrows, to the ends with Home and End. */
export function SessionSlider({ rows, at, result, forecast, onMove }: SessionSliderProps) {
  const row = rows[at]
  return (
    <input
      type="range"
      className="session-slider"
      aria-label="Session"
      aria-valuetext={row === undefined ? undefined : valueText(row, result, forecast)}
      min={0}
      max={rows.length - 1}
      value={at}
      onChange={(event) => {
        onMove(event.target.valueAsNumber)
      }}
    />
  )
}
