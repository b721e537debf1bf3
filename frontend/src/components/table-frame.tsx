import type { ReactNode } from 'react'

interface TableFrameProps {
  label: string
  className?: string
  children: ReactNode
}

/** A frame in which a wide table scrolls, also by keyboard. */
export function TableFrame({ label, className = '', children }: TableFrameProps) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keyboard users must be able to scroll it
    <div className={`table-frame ${className}`} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}
