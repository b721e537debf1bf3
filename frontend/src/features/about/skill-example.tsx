import { TableFrame } from '@/components/table-frame'
import { price, skill } from '@/lib/format'

const FIRST_CLOSE = 100
const DAYS = [
  { day: 'Mon', close: 102, predicted: 101 },
  { day: 'Tue', close: 101, predicted: 102 },
  { day: 'Wed', close: 104, predicted: 101.5 },
]

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Computes skill by hand for three sessions. */
export function SkillExample() {
  const rows = DAYS.map(({ day, close, predicted }, i) => ({
    day,
    close,
    predicted,
    noChange: Math.abs(close - (DAYS[i - 1]?.close ?? FIRST_CLOSE)),
    model: Math.abs(close - predicted),
  }))
  const noChange = mean(rows.map((row) => row.noChange))
  const model = mean(rows.map((row) => row.model))
  return (
    <>
      <TableFrame label="Example">
        <table>
          <caption>Three sessions, after a close of {price(FIRST_CLOSE)}</caption>
          <thead>
            <tr>
              <th scope="col">Session</th>
              <th scope="col">Close</th>
              <th scope="col">Error of no change</th>
              <th scope="col">Model forecast</th>
              <th scope="col">Model error</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.day}>
                <th scope="row">{row.day}</th>
                <td>{price(row.close)}</td>
                <td>{price(row.noChange)}</td>
                <td>{price(row.predicted)}</td>
                <td>{price(row.model)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                On average
              </th>
              <td>{price(noChange)}</td>
              <td />
              <td>{price(model)}</td>
            </tr>
          </tfoot>
        </table>
      </TableFrame>
      <p className="about-formula">
        Skill = 1 − {price(model)} / {price(noChange)} = <strong>{skill(1 - model / noChange)}</strong>: the model’s
        errors are a quarter smaller.
      </p>
    </>
  )
}
