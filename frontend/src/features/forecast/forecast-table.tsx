import type { Forecast, ForecastStep } from '@/api/gen/types.gen'
import { TableFrame } from '@/components/table-frame'
import { Tooltip } from '@/components/tooltip'
import { dayAndMonth, session } from '@/lib/format'
import { type PriceFormat, usePriceFormat } from '@/lib/price-format'
import { hasPassed } from './has-passed'

const MEAN_ERROR =
  'How far forecasts this many sessions ahead have been from the close on average, in price units.'

/** Prices with more characters, as those of tiny ones, need smaller letters to fit beside each other. */
const USUAL_LENGTH = 8

const points = (share: number): string => (100 * share).toFixed(1)

function describeCoverage({ steps, level }: Forecast): string {
  const shares = steps.map(({ coverage }) => coverage).filter((share) => share !== null)
  const intervals = `${String(level)} % intervals`
  if (shares.length === 0) return `${intervals}: too few sessions to test them.`
  const [least, most] = [points(Math.min(...shares)), points(Math.max(...shares))]
  const errors = steps.flatMap((step) => step.intervals.filter((interval) => interval.level === level))
  const chance = points(Math.max(...errors.map((interval) => interval.coverage_standard_error)))
  return `${intervals} held ${least === most ? least : `${least} to ${most}`} %, ±\u00a0${chance} by chance.`
}

interface ForecastTableProps {
  forecast: Forecast
  /** The actual closes of sessions that have bars. */
  closes: ReadonlyMap<string, number>
}

interface StepRowProps {
  step: ForecastStep
  close: number | undefined
  hasCloses: boolean
  format: PriceFormat
}

function Outcome({ step: { lower, upper }, close, format: { price } }: Omit<StepRowProps, 'hasCloses'>) {
  if (close === undefined) return <td>–</td>
  return (
    <td>
      {price(close)} {close < lower || close > upper ? 'outside' : 'inside'}
    </td>
  )
}

function StepRow({ step, close, hasCloses, format }: StepRowProps) {
  const { price } = format
  const isOver = hasPassed(step)
  return (
    <tr className={isOver ? 'step-over' : undefined}>
      <th scope="row">
        <time dateTime={step.session}>
          <span className="visually-hidden">{session(step.session)}</span>
          <span aria-hidden="true">{dayAndMonth(step.session)}</span>
        </time>
        {isOver && (
          <>
            {' '}
            <span className="visually-hidden">(over)</span>
          </>
        )}
      </th>
      <td>{price(step.lower)}</td>
      <td>{price(step.point)}</td>
      <td>{price(step.upper)}</td>
      {hasCloses ? <Outcome step={step} close={close} format={format} /> : <td>{price(step.mae)}</td>}
    </tr>
  )
}

/** The steps of the forecast, each with its close once that is known. */
export function ForecastTable({ forecast, closes }: ForecastTableProps) {
  const format = usePriceFormat()
  const isLong = forecast.steps.some(({ upper }) => format.price(upper).length > USUAL_LENGTH)
  const hasCloses = forecast.steps.some(({ session: day }) => closes.has(day))
  return (
    <TableFrame label="Forecast by session" className={isLong ? 'steps steps-long' : 'steps'}>
      <table>
        <caption>{describeCoverage(forecast)}</caption>
        <thead>
          <tr>
            <th scope="col">Session</th>
            <th scope="col">Lower</th>
            <th scope="col">Forecast</th>
            <th scope="col">Upper</th>
            <th scope="col">{hasCloses ? 'Close' : <Tooltip explanation={MEAN_ERROR}>Mean error</Tooltip>}</th>
          </tr>
        </thead>
        <tbody>
          {forecast.steps.map((step) => (
            <StepRow
              key={step.session}
              step={step}
              close={closes.get(step.session)}
              hasCloses={hasCloses}
              format={format}
            />
          ))}
        </tbody>
      </table>
    </TableFrame>
  )
}
