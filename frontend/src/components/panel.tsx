import type { ReactNode } from 'react'
import { Guarded } from './guarded'

interface PanelProps {
  /** Also the id of its heading. */
  id: string
  title: string
  className?: string
  /** Beside the title, at its right. */
  actions?: ReactNode
  children: ReactNode
}

/** A section with a heading. What breaks inside stays inside. */
export function Panel({ id, title, className = '', actions, children }: PanelProps) {
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel-header">
        <h3 id={id}>{title}</h3>
        {actions}
      </header>
      <Guarded>{children}</Guarded>
    </section>
  )
}
