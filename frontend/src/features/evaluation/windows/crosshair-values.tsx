import type { ReactNode } from 'react'
import type { ModelName } from '@/api/request-types'
import { modelName, session as day } from '@/lib/format'

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
      <ul className="legend" aria-label={`On ${day(session)}`}>
        {values.map(({ name, text, isOutside }) => (
          <li key={name}>
            <svg className={`line-sample line-${name}`} viewBox="0 0 32 4" aria-hidden="true">
              <line x1="0" x2="32" y1="2" y2="2" />
            </svg>
            {modelName(name)} <span className="figure">{text}</span>
            {isOutside && ' (off the chart)'}
          </li>
        ))}
      </ul>
    </div>
  )
}
