import type { ChangeView } from '@/address/view'
import type { Finding, Stock } from '@/api/gen/types.gen'
import { WarningList } from '@/components/warning-list'
import { session } from '@/lib/format'
import type { Compared } from './compare-closes'
import { listed } from './comparison-text'

interface SplitWarningsProps {
  stocks: readonly Stock[]
  compared: Compared
  onChange: ChangeView
}

/** When a symbol jumps between the sessions compared, in words; null if it does not. Not all jumps may be listed. */
function whenOf({ sessions, count }: Finding, { first, last }: Compared): string | null {
  const shown = sessions.filter((at) => at > first && at <= last)
  if (shown.length > 0) return `on ${listed(shown.map(session))}`
  return count > sessions.length ? 'more often than is listed' : null
}

function warningsOf(stocks: readonly Stock[], compared: Compared) {
  return stocks.flatMap(({ symbol, findings }) => {
    const jumps = findings.find(({ code }) => code === 'split_like_jump')
    const when = jumps === undefined ? null : whenOf(jumps, compared)
    if (when === null) return []
    const detail =
      `The closes of ${symbol} jump as at a split ${when}. A split changes the price of a share, not what its holders ` +
      'own: from there on this line misleads.'
    return [{ code: symbol, detail }]
  })
}

export function SplitWarnings({ stocks, compared, onChange }: SplitWarningsProps) {
  const warnings = warningsOf(stocks, compared)
  if (warnings.length === 0) return <></>
  return (
    <div className="split-warnings">
      <WarningList label="Before you compare these numbers" warnings={warnings} />
      <button
        type="button"
        className="button"
        onClick={() => {
          onChange({ isAdjusted: true })
        }}
      >
        Compare adjusted prices
      </button>
    </div>
  )
}
