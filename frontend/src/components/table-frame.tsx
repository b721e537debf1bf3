import type { ReactNode } from 'react'

interface TableFrameProps {
  label: string
  className?: string
  children: ReactNode
}

/** A table that scrolls in its frame when it is too wide; the keyboard can scroll it, too. */
export function TableFrame({ label, className = '', children }: TableFrameProps) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
    <div className={`table-frame ${className}`} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}
