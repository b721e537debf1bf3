import { useState } from 'react'
import { useNow } from '@/lib/use-now'

const SLOW_MS = 2000

export function SlowNotice({ what }: { what: string }) {
  const now = useNow()
  const [since] = useState(now)
  const waited = now - since
  if (waited < SLOW_MS) return <></>
  return (
    <div className="slow">
      <progress aria-label={`Loading ${what}`} />
      <p>
        Still loading {what}: <span className="figure">{Math.floor(waited / 1000)} s</span> so far.
      </p>
    </div>
  )
}
