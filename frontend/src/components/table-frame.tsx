import type { ReactNode, RefObject } from 'react'

interface TableFrameProps {
  label: string
  className?: string
  frame?: RefObject<HTMLDivElement | null>
  onScroll?: () => void
  children: ReactNode
}

/** A frame in which a wide table scrolls, also by keyboard. */
export function TableFrame({ label, className = '', frame, onScroll, children }: TableFrameProps) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keyboard users must be able to scroll it
    <div ref={frame} className={`table-frame ${className}`} role="region" aria-label={label} tabIndex={0} onScroll={onScroll}>
      {children}
    </div>
  )
}
