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
      best === 'persistence' ? 'none is better beyond chance, so it does nothing' : `it takes ${modelName(best)}`
    return <p className="chosen-model">The model of the forecast is left to auto: by these windows, {selection}.</p>
  }
  const chosen = models.find(({ name }) => name === choice)
  return (
    <p className="chosen-model">
      You chose {modelName(choice)} for the forecast. {chosen?.model.description}{' '}
      <button
        type="button"
        className="button-quiet"
        onClick={() => {
          onChange({ model: 'auto' })
        }}
      >
        Leave it to auto
      </button>
    </p>
  )
}
