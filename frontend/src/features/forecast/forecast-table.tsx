import type { Forecast } from '@/api/gen/types.gen'
import { price, session } from '@/lib/format'

export function ForecastTable({ forecast: { steps, level } }: { forecast: Forecast }) {
  return (
    <div className="table-frame">
      <table>
        <caption>Closes of the next sessions, with intervals that are to hold {level} % of them.</caption>
        <thead>
          <tr>
            <th scope="col">Session</th>
            <th scope="col">Lower</th>
            <th scope="col">Forecast</th>
            <th scope="col">Upper</th>
            <th scope="col">Mean error so far</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
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
    </div>
  )
}
