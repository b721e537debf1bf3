import type { Forecast } from '@/api/gen/types.gen'
import { TableFrame } from '@/components/table-frame'
import { Tooltip } from '@/components/tooltip'
import { percent, price, session } from '@/lib/format'

const MEAN_ERROR =
  'How far forecasts this many sessions ahead have been from the close on average, in price units.'

function describeCoverage({ steps, level }: Forecast): string {
  const shares = steps.map(({ coverage }) => coverage).filter((share) => share !== null)
  const intervals = `${String(level)} % intervals`
  if (shares.length === 0) return `${intervals}: too few sessions to test them.`
  const [least, most] = [percent(Math.min(...shares)), percent(Math.max(...shares))]
  return `${intervals} held ${least === most ? least : `${least} to ${most}`} so far.`
}

export function ForecastTable({ forecast }: { forecast: Forecast }) {
  return (
    <TableFrame label="Forecast by session" className="steps">
      <table>
        <caption>{describeCoverage(forecast)}</caption>
        <thead>
          <tr>
            <th scope="col">Session</th>
            <th scope="col">Lower</th>
            <th scope="col">Forecast</th>
            <th scope="col">Upper</th>
            <th scope="col">
              <Tooltip explanation={MEAN_ERROR}>Mean error</Tooltip>
            </th>
          </tr>
        </thead>
        <tbody>
          {forecast.steps.map((step) => (
            <tr key={step.session}>
              <th scope="row">
                <time dateTime={step.session}>{session(step.session)}</time>
              </th>
              <td>{price(step.lower)}</td>
              <td>{price(step.point)}</td>
              <td>{price(step.upper)}</td>
              <td>{price(step.mae)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  )
}
