import { useState } from 'react'
import { decimal, formatCount, session } from '@/lib/format'
import { usePriceFormat } from '@/lib/price-format'
import { CrosshairValues } from './crosshair-values'
import type { ModelSeries } from './series'
import { useSeriesChart } from './use-series-chart'
import { WindowTable } from './window-table'

interface WindowChartProps {
  title: string
  sessions: readonly string[]
  series: readonly ModelSeries[]
  /** The largest absolute value on the axis; null to fit all values. */
  reach: number | null
}

export function WindowChart({ title, sessions, series, reach }: WindowChartProps) {
  const { price } = usePriceFormat()
  const [chosen, setChosen] = useState(Number.POSITIVE_INFINITY)
  const { host, pointTo, pointNowhere } = useSeriesChart({ sessions, series, reach, onHover: setChosen })
  const write = reach === null ? price : decimal
  const window = Math.min(chosen, sessions.length - 1)
  const label = `${title} of ${formatCount(series.length, 'model')} over ${formatCount(sessions.length, 'window')}`
  return (
    <>
      <div ref={host} className="window-chart" role="img" aria-label={label} />
      <CrosshairValues session={sessions[window] ?? ''} values={formatValues(window, series, reach, write)}>
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
      </CrosshairValues>
      <WindowTable title={title} sessions={sessions} series={series} write={write} />
    </>
  )
}

function formatValues(
  window: number,
  series: readonly ModelSeries[],
  reach: number | null,
  write: (value: number | null) => string,
) {
  return series.map(({ name, values }) => {
    const value = values[window] ?? null
    return { name, text: write(value), isOutside: reach !== null && value !== null && Math.abs(value) > reach }
  })
}
