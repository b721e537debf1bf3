import type { Evaluation } from '@/api/gen/types.gen'
import { SlowNotice } from '@/components/notices/slow-notice'
import { formatCount } from '@/lib/format'
import { formatHorizon } from './evaluation-text'

/** The settings of the numbers that are still shown while new ones are loading. */
export function RefetchNotice({ previous: { horizon, windows, models, data } }: { previous: Evaluation }) {
  const level = models[0]?.interval.level
  return (
    <div className="updating">
      <div className="updating-note">
        <p role="status">
          <strong>Updating.</strong> These are still the previous numbers: {formatHorizon(horizon)},{' '}
          {formatCount(windows.n_windows, 'window')}
          {level !== undefined && `, ${String(level)} % intervals`}, {data.adjusted ? 'adjusted' : 'unadjusted'} prices.
        </p>
        <SlowNotice what="the new numbers" />
      </div>
    </div>
  )
}
