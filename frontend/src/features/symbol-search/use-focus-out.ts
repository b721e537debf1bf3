import { type RefObject, useEffect } from 'react'

/** Calls `onLeave` when the focus leaves the element. */
export function useFocusOut(inside: RefObject<HTMLElement | null>, onLeave: () => void): void {
  useEffect(() => {
    const element = inside.current
    function onFocusOut({ relatedTarget }: FocusEvent): void {
      const stays = relatedTarget instanceof Node && element?.contains(relatedTarget) === true
      if (!stays) onLeave()
    }
    element?.addEventListener('focusout', onFocusOut)
    return () => element?.removeEventListener('focusout', onFocusOut)
  }, [inside, onLeave])
}
