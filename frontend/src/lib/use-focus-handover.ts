import { type RefObject, useLayoutEffect } from 'react'

/** The text selection of an input that was removed while it had the focus; null if none was. */
export type FocusHandover = [from: number | null, to: number | null] | null

/** Hands the focus and the text selection of an input over to the one that replaces it. */
export function useFocusHandover(input: RefObject<HTMLInputElement | null>, handoverRef: RefObject<FocusHandover>): void {
  useLayoutEffect(() => {
    const element = input.current
    if (element === null) return
    if (handoverRef.current !== null) {
      element.focus()
      element.setSelectionRange(...handoverRef.current)
      handoverRef.current = null
    }
    return () => {
      if (document.activeElement === element) handoverRef.current = [element.selectionStart, element.selectionEnd]
    }
  }, [input, handoverRef])
}
