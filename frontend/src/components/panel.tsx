import type { ReactNode } from 'react'
import { PanelBoundary } from './panel-boundary'

interface PanelProps {
  /** Also the id of its heading. */
  id: string
  title: string
  className?: string
  /** Controls to the right of the title. */
  actions?: ReactNode
  children: ReactNode
}

/** A section with a heading and its own error boundary. */
export function Panel({ id, title, className = '', actions, children }: PanelProps) {
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel-header">
        <h3 id={id}>{title}</h3>
        {actions}
      </header>
      <PanelBoundary>{children}</PanelBoundary>
    </section>
  )
}
