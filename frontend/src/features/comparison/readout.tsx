import { session, signedPercent } from '@/lib/format'
import { type Compared, growthAt } from './compare-closes'
import { changesAt } from './comparison-text'
import { SeriesSwatch } from './series-swatch'

interface ReadoutProps {
  compared: Compared
  order: readonly string[]
  /** The session whose changes are shown. */
  at: string
}

export function Readout({ compared, order, at }: ReadoutProps) {
  return (
    <ul className="comparison-readout" aria-label={`Change until ${session(at)}`}>
      {compared.symbols.map((line) => {
        const growth = growthAt(line, at)
        return (
          <li key={line.symbol}>
            <SeriesSwatch place={order.indexOf(line.symbol)} />
            <strong>{line.symbol}</strong>{' '}
            <span className="figure">{growth === null ? 'no bar' : signedPercent(growth - 1)}</span>
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
  compared: Compared
  at: string
  onMark: (session: string) => void
}

/** Points at a session without a mouse. */
export function SessionSlider({ compared, at, onMark }: SessionSliderProps) {
  const { sessions, symbols } = compared
  return (
    <input
      type="range"
      className="session-slider"
      aria-label="Session"
      aria-valuetext={changesAt(symbols, at)}
      min={0}
      max={sessions.length - 1}
      value={sessions.indexOf(at)}
      onChange={(event) => {
        onMark(sessions[event.target.valueAsNumber] ?? compared.last)
      }}
    />
  )
}
