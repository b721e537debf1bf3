import { type RefObject, useLayoutEffect } from 'react'

/** The place in the text of an input that went while it had the focus; null when none did. */
export type Held = [from: number | null, to: number | null] | null

/** Lets the input that takes the place of another have its focus, and the place in its text. */
export function useHeldFocus(input: RefObject<HTMLInputElement | null>, heldRef: RefObject<Held>): void {
  useLayoutEffect(() => {
    const element = input.current
    if (element === null) return
    if (heldRef.current !== null) {
      element.focus()
      element.setSelectionRange(...heldRef.current)
      heldRef.current = null
    }
    return () => {
      if (document.activeElement === element) heldRef.current = [element.selectionStart, element.selectionEnd]
    }
  }, [input, heldRef])
}
