import { type Range, RANGES } from '@/lib/view'
import { Choices } from './choices'

const NAMES: Record<Range, string> = { '1m': '1M', '6m': '6M', '1y': '1Y', '5y': '5Y', all: 'All' }

interface RangeChoicesProps {
  range: Range
  onChange: (range: Range) => void
}

export function RangeChoices({ range, onChange }: RangeChoicesProps) {
  return <Choices legend="Range" options={RANGES} names={NAMES} chosen={range} onChoose={onChange} />
}
