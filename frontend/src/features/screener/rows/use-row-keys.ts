import { type KeyboardEvent, type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'

const PAGE = 10

/** How far a key moves in `nRows` rows; undefined if it moves nowhere. */
function findTarget(key: string, from: number, nRows: number): number | undefined {
  const targets: Record<string, number> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + PAGE,
    PageUp: from - PAGE,
    Home: 0,
    End: nRows - 1,
  }
  const target = targets[key]
  return target === undefined ? undefined : Math.max(0, Math.min(nRows - 1, target))
}

/** One tab stop for all rows: the arrow keys, Page Up and Down, Home and End move among them. */
export function useRowKeys(frame: RefObject<HTMLElement | null>, nRows: number, reveal: (position: number) => void) {
  const [active, setActive] = useState(0)
  const isMoving = useRef(false)

  useLayoutEffect(() => {
    if (!isMoving.current) return
    const link = frame.current?.querySelector<HTMLElement>(`tr[data-position="${String(active)}"] a`)
    if (link == null) return
    link.focus({ preventScroll: true })
    isMoving.current = false
  })

  const onKeyDown = useCallback(
    (event: KeyboardEvent) => {
      const row = event.currentTarget.closest<HTMLElement>('tr[data-position]')
      if (row === null || event.ctrlKey || event.metaKey || event.altKey) return
      const target = findTarget(event.key, Number(row.dataset.position), nRows)
      if (target === undefined) return
      event.preventDefault()
      isMoving.current = true
      setActive(target)
      reveal(target)
    },
    [nRows, reveal],
  )
  return { active, onKeyDown }
}
