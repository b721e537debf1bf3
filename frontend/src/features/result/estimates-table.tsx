import type { Result } from '@/api/gen/types.gen'
import { TableFrame } from '@/components/table-frame'
import { session } from '@/lib/format'
import { usePriceFormat } from '@/lib/price-format'

const N_SHOWN = 20

/** The latest estimates next to the closes that they estimate. */
export function EstimatesTable({ result: { predictions } }: { result: Result }) {
  const { price, difference } = usePriceFormat()
  const rows = predictions.session.flatMap((day, i) => {
    const [close, estimate] = [predictions.actual[i], predictions.predicted[i]]
    return close === undefined || estimate === undefined ? [] : [{ day, close, estimate }]
  })
  return (
    <section aria-labelledby="estimates-heading">
      <h4 id="estimates-heading">The latest estimates</h4>
      <TableFrame label="The latest estimates">
        <table aria-labelledby="estimates-heading">
          <thead>
            <tr>
              <th scope="col">Session</th>
              <th scope="col">Estimate</th>
              <th scope="col">Close</th>
              <th scope="col">Error</th>
            </tr>
          </thead>
          <tbody>
            {rows
              .slice(-N_SHOWN)
              .toReversed()
              .map(({ day, close, estimate }) => (
                <tr key={day}>
                  <th scope="row">
                    <time dateTime={day}>{session(day)}</time>
                  </th>
                  <td>{price(estimate)}</td>
                  <td>{price(close)}</td>
                  <td>{difference(estimate - close)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </TableFrame>
    </section>
  )
}
