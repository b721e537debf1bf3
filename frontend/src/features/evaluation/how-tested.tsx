import type { Evaluation } from '@/api/gen/types.gen'
import { count as figure, modelName, session } from '@/lib/format'
import { count, sessionsAhead } from './evaluation-text'

interface HowTestedProps {
  evaluation: Evaluation
  /** How many windows were asked for; null while the answer to that is not there. */
  asked: number | null
}

function refits({ models }: Evaluation): string {
  const rare = models.filter(({ model }) => model.refit_every > 1)
  const exceptions = rare.map(({ name, model }) => `, ${modelName(name)} for every ${figure(model.refit_every)}`)
  return `Models are fitted anew for each window${exceptions.join('')}.`
}

export function HowTested({ evaluation, asked }: HowTestedProps) {
  const { windows, horizon } = evaluation
  const isFewer = asked !== null && windows.n_windows < asked
  return (
    <p className="fine-print">
      {count(windows.n_windows, 'window')}
      {isFewer && `, as there are too few bars for ${figure(asked)}`}: each is one session from{' '}
      {session(windows.session[0] ?? '')} to {session(windows.session.at(-1) ?? '')}, predicted {sessionsAhead(horizon)}{' '}
      from what was known then. {refits(evaluation)} The best of several looks better than it is, by chance alone: that
      is why auto takes a model only if all of its interval is above zero.
    </p>
  )
}
