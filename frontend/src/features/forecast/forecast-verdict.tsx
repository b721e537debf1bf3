import type { Forecast } from '@/api/gen/types.gen'
import { Tooltip } from '@/components/tooltip'
import { skillEstimate } from '@/lib/format'
import { NO_CHANGE } from '@/lib/no-change'
import { selectHeadline, type Standing, classifyStanding } from './headline'

const BADGES: Record<Standing, string> = {
  better: 'Better',
  no_better: 'No better',
  nothing: 'Baseline',
  unknown: 'Too few windows to say',
}

const SKILL =
  `${NO_CHANGE} Skill is the share of its error that the model avoids, on the same sessions: 1 is never wrong, ` +
  '0 is no better, below 0 is worse. It is better beyond chance only if the whole CI is above 0.'

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
