import { lazy, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { LazyPart } from '@/components/lazy-part'
import { type Drop, useFileDrop } from './use-file-drop'

const LoadDialog = lazy(() => import('./load-dialog').then((module) => ({ default: module.LoadDialog })))

interface LoadBarsProps {
  symbol: string | undefined
  /** Called with the symbol to show after its bars were loaded. */
  onLoaded: (symbol: string) => void
}

function DropOverlay() {
  return createPortal(
    <div className="drop-overlay" role="status">
      <p>Drop files to check their bars</p>
    </div>,
    document.body,
  )
}

/** The "Load bars" button; files can also be dropped anywhere on the page. */
export function LoadBars({ symbol, onLoaded }: LoadBarsProps) {
  const opener = useRef<HTMLButtonElement>(null)
  const [isOpen, setIsOpen] = useState(false)
  const [drop, setDrop] = useState<Drop | null>(null)
  const isOver = useFileDrop((dropped) => {
    setDrop(dropped)
    setIsOpen(true)
  })

  function close(): void {
    setIsOpen(false)
    setDrop(null)
  }

  return (
    <>
      <button
        ref={opener}
        type="button"
        className="button-quiet"
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
      >
        Load bars
      </button>
      {isOver && <DropOverlay />}
      {isOpen && (
        <LazyPart>
          <LoadDialog
            shown={symbol}
            drop={drop}
            opener={opener}
            onClose={close}
            onShow={(loaded) => {
              close()
              onLoaded(loaded)
            }}
          />
        </LazyPart>
      )}
    </>
  )
}
