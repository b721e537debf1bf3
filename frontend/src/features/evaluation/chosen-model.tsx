import type { ChangeView } from '@/address/view'
import type { Evaluation } from '@/api/gen/types.gen'
import type { ModelChoice } from '@/api/request-types'
import { modelName } from '@/lib/format'

interface ChosenModelProps {
  evaluation: Evaluation
  choice: ModelChoice
  onChange: ChangeView
}

export function ChosenModel({ evaluation: { best, models }, choice, onChange }: ChosenModelProps) {
  if (choice === 'auto') {
    const selection =
      best === 'persistence' ? 'no model is better beyond chance, so it assumes no change' : `it chooses ${modelName(best)}`
    return <p className="chosen-model">Forecast model: auto. On these windows, {selection}.</p>
  }
  const chosen = models.find(({ name }) => name === choice)
  return (
    <p className="chosen-model">
      Forecast model: {modelName(choice)}. {chosen?.model.description}{' '}
      <button
        type="button"
        className="button-quiet"
        onClick={() => onChange({ model: 'auto' })}
      >
        Use auto
      </button>
    </p>
  )
}
