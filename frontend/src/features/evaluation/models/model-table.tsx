import type { ChangeView, Sort, SymbolView } from '@/address/view'
import type { Evaluation } from '@/api/gen/types.gen'
import { computeReach, SkillScale } from '@/components/skill-picture'
import { SortHeader } from '@/components/sort-header'
import { TableFrame } from '@/components/table-frame'
import { formatHorizon } from '@/features/evaluation/evaluation-text'
import { formatCount } from '@/lib/format'
import { usePriceFormat } from '@/lib/price-format'
import { MEASURES, SKILL, sortModels } from './measures'
import { ModelRow } from './model-row'

interface ModelTableProps {
  evaluation: Evaluation
  view: SymbolView
  onChange: ChangeView
}

export function ModelTable({ evaluation, view, onChange }: ModelTableProps) {
  const { models, horizon, windows } = evaluation
  const reach = computeReach(models.map(({ skill }) => skill))
  const interval = models[0]?.interval
  const { price } = usePriceFormat()
  return (
    <fieldset className="model-choice">
      <legend className="visually-hidden">Forecast model</legend>
      <TableFrame label="Model scores" className="model-table">
        <table>
          <caption>
            <span>
              Scores {formatHorizon(horizon)} over {formatCount(windows.n_windows, 'window')}, with {interval?.level} %
              prediction intervals; a plain band’s interval score is {price(interval?.score_of_plain_band ?? null)}.
              Select a model to forecast with it.
            </span>
          </caption>
          <Head reach={reach} view={view} onChange={onChange} />
          <tbody>
            {sortModels(models, view.sort).map((model) => (
              <ModelRow
                key={model.name}
                model={model}
                reach={reach}
                isChosen={model.name === view.model}
                onChoose={() => onChange({ model: model.name })}
              />
            ))}
          </tbody>
        </table>
      </TableFrame>
    </fieldset>
  )
}

function Head({ reach, view: { sort }, onChange }: Pick<ModelTableProps, 'view' | 'onChange'> & { reach: number }) {
  const onSort = (chosen: Sort): void => {
    onChange({ sort: chosen })
  }
  return (
    <thead>
      <tr>
        <SortHeader by="model" name="Model" isHighFirst={false} sort={sort} onSort={onSort} />
        <SortHeader {...SKILL} sort={sort} onSort={onSort} />
        <th scope="col" className="skill-heading">
          95 % CI of skill
          <SkillScale reach={reach} />
        </th>
        {MEASURES.map((measure) => (
          <SortHeader key={measure.by} {...measure} sort={sort} onSort={onSort} />
        ))}
      </tr>
    </thead>
  )
}
