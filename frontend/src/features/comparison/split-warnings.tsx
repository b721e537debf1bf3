import type { ChangeView } from '@/address/view'
import type { Finding, Stock } from '@/api/gen/types.gen'
import { WarningList } from '@/components/warning-list'
import { session } from '@/lib/format'
import type { ComparisonResult } from './compare-closes'
import { formatList } from './comparison-text'

interface SplitWarningsProps {
  stocks: readonly Stock[]
  comparison: ComparisonResult
  onChange: ChangeView
}

/** Describes when a symbol jumps within the compared sessions; null if it does not. The list of jumps may be incomplete. */
function describeJumpDates({ sessions, count }: Finding, { first, last }: ComparisonResult): string | null {
  const shown = sessions.filter((at) => at > first && at <= last)
  if (shown.length > 0) return `on ${formatList(shown.map(session))}`
  return count > sessions.length ? 'on unlisted dates' : null
}

function buildWarnings(stocks: readonly Stock[], comparison: ComparisonResult) {
  return stocks.flatMap(({ symbol, findings }) => {
    const jumps = findings.find(({ code }) => code === 'split_like_jump')
    const when = jumps === undefined ? null : describeJumpDates(jumps, comparison)
    if (when === null) return []
    const detail =
      `The closes of ${symbol} jump as in a split ${when}. A split changes the price of a share, not what its holders ` +
      'own: the line is misleading from then on.'
    return [{ code: symbol, detail }]
  })
}

export function SplitWarnings({ stocks, comparison, onChange }: SplitWarningsProps) {
  const warnings = buildWarnings(stocks, comparison)
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
