import { type RefObject, useEffect } from 'react'

const TYPED_INTO = 'textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=file])'

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches(TYPED_INTO) || target.closest('[role=dialog], [role=alertdialog]') !== null
}

/** Makes "/" focus the search box, except in a text field or a dialog. */
export function useSlashKey(box: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      const isPlain = event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey
      if (!isPlain || event.defaultPrevented || takesText(event.target)) return
      event.preventDefault()
      box.current?.focus()
      box.current?.select()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [box])
}
