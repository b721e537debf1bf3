import { classifySkill, selectHeadline } from '@/api/standing'
import type { Forecast } from '@/api/gen/types.gen'
import { modelName, percent, roughRange, sessionInWords } from '@/lib/format'
import type { PriceFormat } from '@/lib/price-format'

const EVEN = 50

function describeRange({ steps, level }: Forecast): string {
  const last = steps.at(-1)
  if (last === undefined) return ''
  const range = roughRange(last.lower, last.upper)
  const likelihood = level > EVEN ? 'most likely' : 'as likely as not'
  return `By ${sessionInWords(last.session)}: ${likelihood} between ${range} (${String(level)} %).`
}

function describePoint({ steps, model }: Forecast, { price }: PriceFormat): string {
  return `Best single guess: ${modelName(model.name)}, ${price(steps.at(-1)?.point ?? null)}.`
}

function describeTrust(forecast: Forecast): string {
  const headline = selectHeadline(forecast)
  const name = modelName(headline.name)
  const isChoice = forecast.choice.asked_for === 'auto' && forecast.model.name === 'persistence'
  switch (classifySkill(headline)) {
    case 'baseline':
      return ''
    case 'better':
      return `On past sessions ${name} was ${percent(headline.skill.skill, 1)} closer than “no change”.`
    case 'too_early':
      return `Too early to tell whether ${isChoice ? 'any model' : name} beats “no change”.`
    default:
      return `${isChoice ? 'No model here' : `The ${name} model`} has ${isChoice ? '' : 'not '}reliably beaten “no change”.`
  }
}

/** Says what the forecast is, and how far to trust it, in three sentences at most. */
export function describeForecast(forecast: Forecast, format: PriceFormat): string {
  return [describeRange(forecast), describePoint(forecast, format), describeTrust(forecast)].join(' ').trim()
}
