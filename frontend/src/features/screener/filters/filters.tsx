import { type ChangeScreener, type ScreenerView, VERDICTS, type VerdictChoice } from '@/address/screener-view'
import { Checkbox } from '@/components/checkbox'
import { Select } from '@/components/select'
import { VERDICT_NAMES } from '@/features/screener/columns'
import { FindField } from './find-field'

interface FiltersProps {
  view: ScreenerView
  sectors: readonly string[]
  text: string
  onText: (text: string) => void
  onChange: ChangeScreener
}

const VERDICT_CHOICES: readonly VerdictChoice[] = ['any', ...VERDICTS]

export function Filters({ view, sectors, text, onText, onChange }: FiltersProps) {
  return (
    <search>
      <div className="filter-row">
        <FindField text={text} onText={onText} />
        {(sectors.length > 0 || view.sector !== '') && (
          <Select
            label="Sector"
            options={[...new Set(['', ...sectors, view.sector])]}
            formatOption={(sector) => (sector === '' ? 'All' : sector)}
            option={view.sector}
            onChoose={(sector) => onChange({ sector })}
          />
        )}
        <Select
          label="Best model"
          options={VERDICT_CHOICES}
          formatOption={(verdict) => (verdict === 'any' ? 'Any' : VERDICT_NAMES[verdict])}
          option={view.verdict}
          onChoose={(verdict) => onChange({ verdict })}
        />
        <Checkbox
          label="Unchanged since the run"
          isChecked={view.isCurrent}
          onCheck={(isCurrent) => onChange({ isCurrent })}
        />
        <Checkbox
          label="Better in both halves"
          isChecked={view.isBetterTwice}
          onCheck={(isBetterTwice) => onChange({ isBetterTwice })}
        />
      </div>
    </search>
  )
}
