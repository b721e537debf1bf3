import type { ReactNode } from 'react'
import type { ModelName } from '@/api/request-types'
import { seriesName } from '@/features/evaluation/evaluation-text'
import { session as day } from '@/lib/format'

interface CrosshairValuesProps {
  session: string
  values: readonly { name: ModelName; text: string; isOutside: boolean }[]
  /** The control that moves the crosshair. */
  children: ReactNode
}

/** The legend, with the value of each series at one window. */
export function CrosshairValues({ session, values, children }: CrosshairValuesProps) {
  return (
    <div className="readout">
      <p className="readout-window">
        {children}
        <output>
          <time dateTime={session}>{day(session)}</time>
        </output>
      </p>
      <ul className="legend" aria-label={`At ${day(session)}`}>
        {values.map(({ name, text, isOutside }) => (
          <li key={name}>
            <svg className={`line-sample line-${name}`} viewBox="0 0 32 4" aria-hidden="true">
              <line x1="0" x2="32" y1="2" y2="2" />
            </svg>
            {seriesName(name)} <span className="figure">{text}</span>
            {isOutside && ' (outside the picture)'}
          </li>
        ))}
      </ul>
    </div>
  )
}
