import type { ModelEvaluation } from '@/api/gen/types.gen'
import { describeStanding } from '@/features/evaluation/evaluation-text'
import { decimal, modelName } from '@/lib/format'
import { MEASURES } from './measures'
import { SkillPicture } from './skill-picture'

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
        <span className={model.skill.is_better ? 'standing standing-better' : 'standing'}>{describeStanding(model)}</span>
      </td>
      <td>
        {intervalText(model)}
        <SkillPicture estimate={model.skill} reach={reach} />
      </td>
      {MEASURES.map(({ by, value, write }) => (
        <td key={by}>{write(value(model))}</td>
      ))}
    </tr>
  )
}
