import { type ChangeView, type Scale, SCALES, type SymbolView } from '@/address/view'
import { type Range, RANGES } from '@/lib/ranges'
import { AdjustedChoice } from './adjusted-choice'
import { SegmentedControl } from './segmented-control'

interface ChartChoicesProps {
  view: SymbolView
  onChange: ChangeView
  /** Whether adjusted prices are available. */
  hasAdjusted: boolean
}

const RANGE_NAMES: Record<Range, string> = { '1m': '1M', '6m': '6M', '1y': '1Y', '5y': '5Y', all: 'All' }
const SCALE_NAMES: Record<Scale, string> = { linear: 'Linear', log: 'Log' }

/** The options common to all price charts. */
export function ChartChoices({ view, onChange, hasAdjusted }: ChartChoicesProps) {
  return (
    <>
      <SegmentedControl
        legend="Range"
        options={RANGES}
        names={RANGE_NAMES}
        chosen={view.range}
        onChoose={(range) => onChange({ range })}
      />
      <SegmentedControl
        legend="Scale"
        options={SCALES}
        names={SCALE_NAMES}
        chosen={view.scale}
        onChoose={(scale) => onChange({ scale })}
      />
      <AdjustedChoice view={view} onChange={onChange} hasAdjusted={hasAdjusted} />
    </>
  )
}
