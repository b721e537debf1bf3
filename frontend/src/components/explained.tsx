import { type ReactNode, useId, useRef } from 'react'

interface ExplainedProps {
  /** The term, as it stands in the text. */
  children: ReactNode
  explanation: string
}

/**
 * A term that says what it means: to the mouse, to the keyboard's focus, to a tap, and to a screen reader. Being a
 * popover, what it says lies above everything, and goes with Escape or a tap elsewhere.
 */
export function Explained({ children, explanation }: ExplainedProps) {
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
