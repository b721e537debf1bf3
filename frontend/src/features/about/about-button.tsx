import { lazy, useRef, useState } from 'react'
import { LazyPart } from '@/components/lazy-part'

const AboutDialog = lazy(() => import('./about-dialog').then((module) => ({ default: module.AboutDialog })))

export function AboutButton() {
  const opener = useRef<HTMLButtonElement>(null)
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <button
        ref={opener}
        type="button"
        className="button-quiet"
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
      >
        About
      </button>
      {isOpen && (
        <LazyPart>
          <AboutDialog opener={opener} onClose={() => setIsOpen(false)} />
        </LazyPart>
      )}
    </>
  )
}
