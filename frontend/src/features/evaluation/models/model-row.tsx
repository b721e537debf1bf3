import type { ModelEvaluation } from '@/api/gen/types.gen'
import { classifySkill, STANDINGS } from '@/api/standing'
import { SkillPicture } from '@/components/skill-picture'
import { decimal, modelName } from '@/lib/format'
import { usePriceFormat } from '@/lib/price-format'
import { MEASURES } from './measures'

interface ModelRowProps {
  model: ModelEvaluation
  reach: number
  isChosen: boolean
  onChoose: () => void
}

function intervalText({ skill: { lower, upper } }: ModelEvaluation): string {
  return lower === null || upper === null ? '–' : `${decimal(lower)} to ${decimal(upper)}`
}

function rowClass({ name }: ModelEvaluation, isChosen: boolean): string {
  return [isChosen && 'is-chosen', name === 'persistence' && 'is-persistence'].filter(Boolean).join(' ')
}

export function ModelRow({ model, reach, isChosen, onChoose }: ModelRowProps) {
  const format = usePriceFormat()
  const standing = classifySkill(model)
  return (
    <tr className={rowClass(model, isChosen)}>
      <th scope="row">
        <label className="model-name">
          <input type="radio" name="evaluation-model" checked={isChosen} onChange={onChoose} />
          <span>{modelName(model.name)}</span> <span className="kind">{model.model.kind}</span>
        </label>{' '}
        <span className="model-description">{model.model.description}</span>
      </th>
      <td>
        {decimal(model.skill.skill)}{' '}
        <span className={standing === 'better' ? 'standing standing-better' : 'standing'}>{STANDINGS[standing]}</span>
      </td>
      <td>
        {intervalText(model)}
        <SkillPicture estimate={model.skill} reach={reach} />
      </td>
      {MEASURES.map(({ by, value, write }) => (
        <td key={by}>{write(value(model), format)}</td>
      ))}
    </tr>
  )
}
