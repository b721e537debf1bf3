import { useEffect } from 'react'

const isThere = (place: EventTarget | undefined): place is HTMLElement => place instanceof HTMLElement && place.isConnected

/** Moves the focus from an element that is removed to what is left around it, so that the keyboard does not start at the top. */
export function useFocusRescue(): void {
  useEffect(() => {
    const { body } = document
    let path: EventTarget[] = []
    const onFocusIn = (event: FocusEvent): void => {
      path = event.composedPath()
    }
    const onFocusOut = ({ relatedTarget }: FocusEvent): void => {
      if (relatedTarget === null) queueMicrotask(() => { if (isThere(path[0])) path = [] }) // it was left, not removed
    }
    const observer = new MutationObserver(() => {
      if (document.activeElement !== body || isThere(path[0])) return
      const place = path.find(isThere)
      path = []
      if (place === undefined || place === body) return
      if (!place.hasAttribute('tabindex')) place.tabIndex = -1
      place.focus({ preventScroll: true })
    })
    body.addEventListener('focusin', onFocusIn)
    body.addEventListener('focusout', onFocusOut)
    observer.observe(body, { childList: true, subtree: true })
    return () => {
      body.removeEventListener('focusin', onFocusIn)
      body.removeEventListener('focusout', onFocusOut)
      observer.disconnect()
    }
  }, [])
}
