import { count } from '@/lib/format'

interface ShowMoreProps {
  shown: number
  total: number
  /** What there is more of, as in "sessions". */
  what: string
  onMore: () => void
}

/** Below a table that shows its first rows only. */
export function ShowMore({ shown, total, what, onMore }: ShowMoreProps) {
  if (shown >= total) return <></>
  return (
    <p className="show-more">
      <button type="button" className="button" onClick={onMore}>
        Show more {what}
      </button>{' '}
      <span className="fine-print">
        {count(shown)} of {count(total)} shown
      </span>
    </p>
  )
}
