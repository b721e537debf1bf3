import type { Forecast } from '@/api/gen/types.gen'
import { Tooltip } from '@/components/tooltip'
import { skillEstimate } from '@/lib/format'
import { selectHeadline, type Standing, classifyStanding } from './headline'

const BADGES: Record<Standing, string> = {
  better: 'Better than doing nothing',
  no_better: 'No better than doing nothing',
  nothing: 'This is doing nothing',
  unknown: 'Not known to beat doing nothing',
}

const SKILL =
  'Skill is the share of the error of doing nothing that the model takes away, on the same sessions. 1 is never ' +
  'wrong, 0 is as wrong as doing nothing, below 0 is worse. It is better beyond chance only if all of the interval ' +
  'lies above 0.'

export function ForecastVerdict({ forecast }: { forecast: Forecast }) {
  const headline = selectHeadline(forecast)
  const standing = classifyStanding(forecast, headline)
  const { value, range } = skillEstimate(headline)
  return (
    <div className={standing === 'better' ? 'worth' : 'worth worth-none'}>
      <p className="worth-skill">
        <strong>{value}</strong> <span className="badge">{BADGES[standing]}</span>{' '}
        <span className="worth-what">
          <Tooltip explanation={SKILL}>skill</Tooltip>
          {range !== null && `, 95 % CI ${range}`}
        </span>
      </p>
      <p>{forecast.verdict}</p>
    </div>
  )
}
