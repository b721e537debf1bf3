import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'

const OVERSCAN = 3
const USUAL_ROW = 40 // pixels, until a row has been drawn
const USUAL_HEIGHT = 640
const MOST_ROWS = 40 // bounds the elements on a very high screen

interface RowWindow {
  frame: RefObject<HTMLDivElement | null>
  /** The rows to draw: from `first` up to `end`. */
  first: number
  end: number
  rowHeight: number
  onScroll: () => void
  /** Scrolls so that the row at a position is in view. */
  reveal: (position: number) => void
}

interface Extent {
  first: number
  shown: number
  rowHeight: number
}

function measure(frame: HTMLElement): Extent & { headHeight: number } {
  const row = frame.querySelector('tbody tr[aria-rowindex]')?.getBoundingClientRect().height ?? 0
  const rowHeight = row > 0 ? row : USUAL_ROW
  const headHeight = frame.querySelector('thead')?.getBoundingClientRect().height ?? 0
  const height = frame.clientHeight > 0 ? frame.clientHeight : USUAL_HEIGHT
  const first = Math.max(0, Math.floor(frame.scrollTop / rowHeight / OVERSCAN) * OVERSCAN - OVERSCAN)
  const shown = Math.min(MOST_ROWS, Math.ceil((height - headHeight) / rowHeight) + 3 * OVERSCAN)
  return { first, shown, rowHeight, headHeight }
}

/**
 * Which rows of a long table to draw: those in view, and a few around them. All rows have the same height. Other rows are
 * shown from the top.
 */
export function useRowWindow(rows: Uint32Array): RowWindow {
  const frame = useRef<HTMLDivElement>(null)
  const isScrolled = useRef(false)
  const [extent, setExtent] = useState<Extent>({ first: 0, shown: USUAL_HEIGHT / USUAL_ROW + OVERSCAN, rowHeight: USUAL_ROW })

  const onScroll = useCallback(() => {
    if (frame.current === null) return
    isScrolled.current = frame.current.scrollTop > 0
    const { first, shown, rowHeight } = measure(frame.current)
    keepFocus(frame.current, first, first + shown)
    setExtent((now) => {
      const most = Math.max(shown, now.shown) // a frame of few matches is low, and grows with the next rows
      return now.first === first && now.shown === most && now.rowHeight === rowHeight ? now : { first, shown: most, rowHeight }
    })
  }, [])

  useLayoutEffect(() => {
    if (frame.current === null) return
    const observer = new ResizeObserver(onScroll)
    observer.observe(frame.current)
    onScroll()
    return () => observer.disconnect()
  }, [onScroll])

  useLayoutEffect(() => {
    // Even reading it would lay out the new rows at once, and again when the browser draws them.
    if (frame.current !== null && isScrolled.current) frame.current.scrollTop = 0
  }, [rows])

  const reveal = useCallback(
    (position: number) => {
      if (frame.current === null) return
      const { rowHeight, headHeight } = measure(frame.current)
      const inView = Math.max(rowHeight, frame.current.clientHeight - headHeight)
      const top = position * rowHeight
      const scrolled = frame.current.scrollTop
      frame.current.scrollTop = Math.min(Math.max(scrolled, top + rowHeight - inView), top)
      onScroll()
    },
    [onScroll],
  )

  const first = Math.max(0, Math.min(extent.first, rows.length - extent.shown))
  return { frame, first, end: Math.min(rows.length, first + extent.shown), rowHeight: extent.rowHeight, onScroll, reveal }
}

/** Moves the focus from a row that is about to be removed to the frame, so that the keyboard still scrolls it. */
function keepFocus(frame: HTMLElement, first: number, end: number): void {
  const row = document.activeElement?.closest<HTMLElement>('tr[data-position]')
  if (row == null || !frame.contains(row)) return
  const position = Number(row.dataset.position)
  if (position < first || position >= end) frame.focus({ preventScroll: true })
}
