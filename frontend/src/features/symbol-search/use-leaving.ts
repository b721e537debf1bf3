import { type RefObject, useEffect } from 'react'

/** Tells when the focus goes from inside an element to anywhere outside. */
export function useLeaving(inside: RefObject<HTMLElement | null>, onLeave: () => void): void {
  useEffect(() => {
    const element = inside.current
    function onFocusOut({ relatedTarget }: FocusEvent): void {
      const stays = relatedTarget instanceof Node && element?.contains(relatedTarget) === true
      if (!stays) onLeave()
    }
    element?.addEventListener('focusout', onFocusOut)
    return () => {
      element?.removeEventListener('focusout', onFocusOut)
    }
  }, [inside, onLeave])
}
