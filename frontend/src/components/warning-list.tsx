import type { Warning } from '@/api/gen/types.gen'

interface WarningListProps {
  label: string
  warnings: readonly Pick<Warning, 'code' | 'detail'>[]
}

/** What is wrong with the bars, as opposed to what a reader must know about the method. */
const DATA_FAULTS = new Set([
  'constant_prices',
  'future_bars',
  'incomplete_bars',
  'jump_over_gap',
  'long_gap',
  'newest_row_rejected',
  'off_calendar',
  'sessions_over',
  'split_like_jump',
  'stale',
  'stale_bars',
  'unreadable_rows',
  'wrong_rows',
])

export function WarningList({ label, warnings }: WarningListProps) {
  if (warnings.length === 0) return <></>
  return (
    <ul className="warnings" aria-label={label}>
      {warnings.map(({ code, detail }) => (
        <li key={detail} className={DATA_FAULTS.has(code) ? 'data-fault' : undefined}>
          {detail}
        </li>
      ))}
    </ul>
  )
}
