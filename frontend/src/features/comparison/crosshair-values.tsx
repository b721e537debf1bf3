import { session, signedPercent } from '@/lib/format'
import { type Break, noteBreaks } from './breaks'
import { type ComparisonResult, findGrowth } from './compare-closes'
import { describeChanges } from './comparison-text'
import { SeriesSwatch } from './series-swatch'

interface CrosshairValuesProps {
  comparison: ComparisonResult
  /** What makes the changes up to `at` misleading. */
  breaks: readonly Break[]
  order: readonly string[]
  /** The session whose changes are shown. */
  at: string
}

export function CrosshairValues({ comparison, breaks, order, at }: CrosshairValuesProps) {
  return (
    <ul className="comparison-readout" aria-label={`Change to ${session(at)}`}>
      {comparison.symbols.map((line) => {
        const growth = findGrowth(line, at)
        return (
          <li key={line.symbol}>
            <SeriesSwatch place={order.indexOf(line.symbol)} />
            <strong>{line.symbol}</strong>{' '}
            <span className="figure">{growth === null ? 'no bar' : signedPercent(growth - 1)}</span>
            {noteBreaks(breaks, line.symbol)}
          </li>
        )
      })}
      <li className="comparison-at">
        <time dateTime={at}>{session(at)}</time>
      </li>
    </ul>
  )
}

interface SessionSliderProps {
  comparison: ComparisonResult
  /** What makes the changes up to `at` misleading. */
  breaks: readonly Break[]
  at: string
  onMark: (session: string) => void
}

/** Moves the crosshair by keyboard. */
export function SessionSlider({ comparison, breaks, at, onMark }: SessionSliderProps) {
  const { sessions, symbols } = comparison
  return (
    <input
      type="range"
      className="session-slider"
      aria-label="Session"
      aria-valuetext={describeChanges(symbols, at, (symbol) => noteBreaks(breaks, symbol))}
      min={0}
      max={sessions.length - 1}
      value={sessions.indexOf(at)}
      onChange={(event) => onMark(sessions[event.target.valueAsNumber] ?? comparison.last)}
    />
  )
}
