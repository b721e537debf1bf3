import type { Evaluation } from '@/api/gen/types.gen'
import { count as figure, modelName, session } from '@/lib/format'
import { formatCount, formatHorizon } from './evaluation-text'

interface MethodProps {
  evaluation: Evaluation
  /** The number of windows requested; null until that request is answered. */
  requestedWindows: number | null
}

function describeRefits({ models }: Evaluation): string {
  const rare = models.filter(({ model }) => model.refit_every > 1)
  const exceptions = rare.map(({ name, model }) => `, ${modelName(name)} for every ${figure(model.refit_every)}`)
  return `Models are fitted anew for each window${exceptions.join('')}.`
}

export function Method({ evaluation, requestedWindows }: MethodProps) {
  const { windows, horizon } = evaluation
  const isFewer = requestedWindows !== null && windows.n_windows < requestedWindows
  return (
    <p className="fine-print">
      {formatCount(windows.n_windows, 'window')}
      {isFewer && `, as there are too few bars for ${figure(requestedWindows)}`}: each is one session from{' '}
      {session(windows.session[0] ?? '')} to {session(windows.session.at(-1) ?? '')}, predicted {formatHorizon(horizon)}{' '}
      from what was known then. {describeRefits(evaluation)} The best of several looks better than it is, by chance
      alone: that is why auto takes a model only if all of its interval is above zero.
    </p>
  )
}
