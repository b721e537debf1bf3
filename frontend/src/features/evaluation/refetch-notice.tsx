import type { Evaluation } from '@/api/gen/types.gen'
import { SlowNotice } from '@/components/notices/slow-notice'
import { formatCount, formatHorizon } from './evaluation-text'

/** Says which settings the numbers still shown belong to while new ones are loading. */
export function RefetchNotice({ previous: { horizon, windows, models, data } }: { previous: Evaluation }) {
  const level = models[0]?.interval.level
  return (
    <div className="updating">
      <div className="updating-note">
        <p role="status">
          <strong>Being updated.</strong> The numbers here are still the former ones: {formatHorizon(horizon)},{' '}
          {formatCount(windows.n_windows, 'window')}
          {level !== undefined && `, ${String(level)} % intervals`}, prices {data.adjusted ? 'adjusted' : 'as traded'}.
        </p>
        <SlowNotice what="the new numbers" />
      </div>
    </div>
  )
}
