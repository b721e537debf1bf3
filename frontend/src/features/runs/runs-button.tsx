import { useEffect, useState } from 'react'
import { PanelBoundary } from '@/components/panel-boundary'
import { useLazyModule } from '@/lib/use-lazy-module'

const AFTER_START_MS = 2000

const loadChip = () => import('./runs-chip')

function Button() {
  const [isDue, setIsDue] = useState(false)
  const [isClicked, setIsClicked] = useState(false)
  const module = useLazyModule(loadChip, isDue || isClicked)
  useEffect(() => {
    const timer = setTimeout(() => setIsDue(true), AFTER_START_MS)
    return () => clearTimeout(timer)
  }, [])
  if (module !== undefined) return <module.RunsChip opensAtOnce={isClicked} />
  const onClick = (): void => {
    setIsClicked(true)
  }
  return (
    <button type="button" className="button-quiet" aria-haspopup="dialog" onClick={onClick}>
      Runs
    </button>
  )
}

/** The chip of the runs; it is loaded once the page has started, which can do without it. */
export function RunsButton() {
  return (
    <PanelBoundary>
      <Button />
    </PanelBoundary>
  )
}
