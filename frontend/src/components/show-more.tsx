import { count } from '@/lib/format'

interface ShowMoreProps {
  shown: number
  total: number
  /** The plural of an item, such as "sessions". */
  what: string
  onMore: () => void
}

/** A button below a table that shows only its first rows. */
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
