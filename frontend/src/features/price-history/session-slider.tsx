import type { Forecast, Result } from '@/api/gen/types.gen'
import { session } from '@/lib/format'
import { said, traded } from './chart-text'
import type { Row } from './rows'

interface SessionSliderProps {
  rows: readonly Row[]
  at: number
  result: Result | undefined
  forecast: Forecast | undefined
  onMove: (index: number) => void
}

function valueText(row: Row, result: Result | undefined, forecast: Forecast | undefined): string {
  const figures = [...traded(row), ...said(row, result, forecast)].map(({ name, value }) => `${name} ${value}`)
  return `${session(row.session)}: ${figures.join(', ')}`
}

/** The crosshair for the keyboard: an arrow moves it by one session, Home and End to the ends. */
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
