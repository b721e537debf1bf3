import type { Evaluation } from '@/api/gen/types.gen'
import { SlowNotice } from '@/components/notices/slow-notice'
import { count, sessionsAhead } from './evaluation-text'

/** Says what the numbers shown still are, so that they are not taken for those that were asked for. */
export function Updating({ former: { horizon, windows, models, data } }: { former: Evaluation }) {
  const level = models[0]?.interval.level
  return (
    <div className="updating">
      <div className="updating-note">
        <p role="status">
          <strong>Being updated.</strong> The numbers here are still the former ones: {sessionsAhead(horizon)},{' '}
          {count(windows.n_windows, 'window')}
          {level !== undefined && `, ${String(level)} % intervals`}, prices {data.adjusted ? 'adjusted' : 'as traded'}.
        </p>
        <SlowNotice what="the new numbers" />
      </div>
    </div>
  )
}
