import { type ChangeView, type Scale, SCALES, type SymbolView } from '@/address/view'
import { type Range, RANGES } from '@/lib/ranges'
import { AdjustedChoice } from './adjusted-choice'
import { Choices } from './choices'

interface ChartChoicesProps {
  view: SymbolView
  onChange: ChangeView
  /** Whether there are adjusted prices. */
  hasAdjusted: boolean
}

const RANGE_NAMES: Record<Range, string> = { '1m': '1M', '6m': '6M', '1y': '1Y', '5y': '5Y', all: 'All' }
const SCALE_NAMES: Record<Scale, string> = { linear: 'Linear', log: 'Log' }

/** What every chart of prices lets choose. */
export function ChartChoices({ view, onChange, hasAdjusted }: ChartChoicesProps) {
  return (
    <>
      <Choices
        legend="Range"
        options={RANGES}
        names={RANGE_NAMES}
        chosen={view.range}
        onChoose={(range) => {
          onChange({ range })
        }}
      />
      <Choices
        legend="Scale"
        options={SCALES}
        names={SCALE_NAMES}
        chosen={view.scale}
        onChoose={(scale) => {
          onChange({ scale })
        }}
      />
      <AdjustedChoice view={view} onChange={onChange} hasAdjusted={hasAdjusted} />
    </>
  )
}
