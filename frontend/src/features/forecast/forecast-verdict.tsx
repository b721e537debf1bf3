import type { Forecast } from '@/api/gen/types.gen'
import { classifySkill, selectHeadline, STANDINGS } from '@/api/standing'
import { Tooltip } from '@/components/tooltip'
import { modelName, skillEstimate } from '@/lib/format'
import { NO_CHANGE } from '@/lib/no-change'
import { usePriceFormat } from '@/lib/price-format'
import { describeForecast } from './forecast-sentence'

const SKILL =
  `${NO_CHANGE} Skill is the share of its error that the model avoids, on the same sessions: 1 is never wrong, ` +
  '0 is no better, below 0 is worse. It was better beyond chance only if the whole 99 % CI is above 0.'

export function ForecastVerdict({ forecast }: { forecast: Forecast }) {
  const format = usePriceFormat()
  const headline = selectHeadline(forecast)
  const standing = classifySkill(headline)
  const { value, range } = skillEstimate(headline.skill)
  const isBestOfOthers = headline.name !== forecast.model.name
  return (
    <div className={standing === 'better' ? 'worth' : 'worth worth-none'}>
      <p className="forecast-sentence">{describeForecast(forecast, format)}</p>
      <p className="worth-skill">
        {isBestOfOthers && 'Best of the others: '}
        {modelName(headline.name)}, <Tooltip explanation={SKILL}>skill</Tooltip> {value}
        {range !== null && <span className="skill-range">, 95 % CI {range}</span>} <span className="badge">{STANDINGS[standing]}</span>
      </p>
    </div>
  )
}
