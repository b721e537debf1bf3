import { type ReactNode, useId, useRef } from 'react'

interface TooltipProps {
  /** The term to explain, shown in the text. */
  children: ReactNode
  explanation: string
}

/**
 * A term with an explanation, shown on hover, focus or tap and read by screen readers. The explanation is a
 * popover, so it lies above everything and closes with Escape or a tap elsewhere.
 */
export function Tooltip({ children, explanation }: TooltipProps) {
  const id = useId()
  const term = useRef<HTMLButtonElement>(null)
  const tip = useRef<HTMLSpanElement>(null)
  const toggle = (force: boolean): void => {
    if (term.current !== null) tip.current?.togglePopover({ force, source: term.current })
  }
  const show = (): void => {
    toggle(true)
  }
  const hide = (): void => {
    toggle(false)
  }
  return (
    <span onPointerEnter={show} onPointerLeave={hide}>
      <button
        ref={term}
        type="button"
        className="explained"
        aria-describedby={id}
        onFocus={show}
        onBlur={hide}
        onClick={show}
      >
        {children}
      </button>
      <span ref={tip} id={id} role="tooltip" popover="auto" className="explanation">
        {explanation}
      </span>
    </span>
  )
}
