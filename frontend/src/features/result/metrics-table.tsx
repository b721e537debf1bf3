import type { Metrics, Result } from '@/api/gen/types.gen'
import { TableFrame } from '@/components/table-frame'
import { decimal, percent, price } from '@/lib/format'
import { type PriceFormat, usePriceFormat } from '@/lib/price-format'

interface Measure {
  key: keyof Metrics
  name: string
  meaning: string
  write: (value: number | null, format: PriceFormat) => string
}

const MEASURES: readonly Measure[] = [
  { key: 'mae', name: 'MAE', meaning: 'mean error, in price units', write: (value, format) => format.price(value) },
  { key: 'rmse', name: 'RMSE', meaning: 'like MAE, but large errors weigh more', write: (value, format) => format.price(value) },
  { key: 'mse', name: 'MSE', meaning: 'mean squared error', write: (value) => price(value) },
  {
    key: 'directional_accuracy',
    name: 'Directional accuracy',
    meaning: 'right about up or down',
    write: (value) => percent(value, 1),
  },
  { key: 'mape', name: 'MAPE', meaning: 'mean error as a share of the close', write: (value) => percent(value, 2) },
  { key: 'r2', name: 'R²', meaning: 'near 1 even for no change, so proves nothing', write: decimal },
]

function Value({ value, write }: { value: number | null; write: Measure['write'] }) {
  const format = usePriceFormat()
  return (
    <td>
      <span aria-hidden={value === null}>{write(value, format)}</span>
      {value === null && <span className="visually-hidden">not defined</span>}
    </td>
  )
}

export function MetricsTable({ result }: { result: Result }) {
  const columns: { name: string; metrics: Metrics }[] = [
    { name: 'Model', metrics: result.metrics },
    { name: 'No change', metrics: result.baseline },
    { name: 'Middle of range', metrics: result.midrange },
    { name: 'Fixed formula', metrics: result.fixed_formula },
  ]
  const hasUndefined = MEASURES.some(({ key }) => columns.some(({ metrics }) => metrics[key] === null))
  return (
    <section aria-labelledby="metrics-heading">
      <h4 id="metrics-heading">How wrong it has been</h4>
      <TableFrame label="Measures">
        <table className="metrics" aria-labelledby="metrics-heading">
          <thead>
            <tr>
              <th scope="col">Measure</th>
              {columns.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {MEASURES.map(({ key, name, meaning, write }) => (
              <tr key={key}>
                <th scope="row">
                  {name} <span className="meaning">{meaning}</span>
                </th>
                {columns.map((column) => (
                  <Value key={column.name} value={column.metrics[key]} write={write} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
      {hasUndefined && <p className="fine-print">– means not defined for these sessions.</p>}
    </section>
  )
}
