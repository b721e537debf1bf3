import { useState } from 'react'
import { count } from '@/features/evaluation/evaluation-text'
import { decimal, price, session } from '@/lib/format'
import type { Line } from './lines'
import { Readout } from './readout'
import { useLines } from './use-lines'
import { WindowTable } from './window-table'

interface WindowChartProps {
  title: string
  sessions: readonly string[]
  lines: readonly Line[]
  /** How far from zero the picture goes; null for as far as the values do. */
  reach: number | null
}

export function WindowChart({ title, sessions, lines, reach }: WindowChartProps) {
  const [chosen, setChosen] = useState(Number.POSITIVE_INFINITY)
  const { host, pointTo, pointNowhere } = useLines({ sessions, lines, reach, onHover: setChosen })
  const write = reach === null ? price : decimal
  const window = Math.min(chosen, sessions.length - 1)
  const label = `${title} of ${count(lines.length, 'model')} at each of ${count(sessions.length, 'window')}`
  return (
    <>
      <div ref={host} className="window-chart" role="img" aria-label={label} />
      <Readout session={sessions[window] ?? ''} values={valuesAt(window, lines, reach, write)}>
        <input
          type="range"
          min={0}
          max={sessions.length - 1}
          value={window}
          aria-label="Window"
          aria-valuetext={session(sessions[window] ?? '')}
          onChange={({ target }) => {
            setChosen(target.valueAsNumber)
            pointTo(target.valueAsNumber)
          }}
          onBlur={pointNowhere}
        />
      </Readout>
      <WindowTable title={title} sessions={sessions} lines={lines} write={write} />
    </>
  )
}

function valuesAt(window: number, lines: readonly Line[], reach: number | null, write: (value: number | null) => string) {
  return lines.map(({ name, values }) => {
    const value = values[window] ?? null
    return { name, text: write(value), isOutside: reach !== null && value !== null && Math.abs(value) > reach }
  })
}
