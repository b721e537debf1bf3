import type { Evaluation } from '@/api/gen/types.gen'
import { count as figure, formatCount, modelName, session } from '@/lib/format'
import { formatHorizon } from './evaluation-text'

interface MethodProps {
  evaluation: Evaluation
  /** The number of windows requested; null until that request is answered. */
  requestedWindows: number | null
}

function describeRefits({ models }: Evaluation): string {
  const rare = models.filter(({ model }) => model.refit_every > 1)
  const exceptions = rare.map(({ name, model }) => `, ${modelName(name)} every ${figure(model.refit_every)}`)
  return `Models are refitted at every window${exceptions.join('')}.`
}

export function Method({ evaluation, requestedWindows }: MethodProps) {
  const { windows, horizon } = evaluation
  const isFewer = requestedWindows !== null && windows.n_windows < requestedWindows
  return (
    <p className="fine-print">
      {formatCount(windows.n_windows, 'window')}
      {isFewer && ` (too few bars for ${figure(requestedWindows)})`}: each is one session from{' '}
      {session(windows.session[0] ?? '')} to {session(windows.session.at(-1) ?? '')}, predicted {formatHorizon(horizon)}{' '}
      from earlier data only. {describeRefits(evaluation)} By chance alone, the best of several looks better than it is,
      so auto chooses a model only if the whole 99 % CI of its skill is above zero.
    </p>
  )
}
