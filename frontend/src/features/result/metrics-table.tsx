import type { Baseline, Metrics } from '@/api/gen/types.gen'
import { decimal, percent, price } from '@/lib/format'

interface Measure {
  key: Exclude<keyof Metrics, 'name'>
  name: string
  meaning: string
  write: (value: number | null) => string
}

const MEASURES: readonly Measure[] = [
  { key: 'mae', name: 'MAE', meaning: 'mean error, in price units', write: price },
  { key: 'rmse', name: 'RMSE', meaning: 'the same, with large errors weighing more', write: price },
  { key: 'mse', name: 'MSE', meaning: 'mean squared error', write: price },
  { key: 'mape', name: 'MAPE', meaning: 'mean error as a share of the close', write: (value) => percent(value, 2) },
  { key: 'r2', name: 'R²', meaning: 'near 1 even for doing nothing, so never a proof', write: decimal },
  {
    key: 'directional_accuracy',
    name: 'Directional accuracy',
    meaning: 'right about up or down',
    write: (value) => percent(value, 1),
  },
]

function Value({ value, write }: { value: number | null; write: Measure['write'] }) {
  return (
    <td>
      <span aria-hidden={value === null}>{write(value)}</span>
      {value === null && <span className="visually-hidden">not defined</span>}
    </td>
  )
}

export function MetricsTable({ metrics, baseline }: { metrics: Metrics; baseline: Baseline }) {
  const hasUndefined = MEASURES.some(({ key }) => metrics[key] === null || baseline[key] === null)
  return (
    <section aria-labelledby="metrics-heading">
      <h3 id="metrics-heading">How wrong it has been</h3>
      <div className="table-frame">
        <table className="metrics" aria-labelledby="metrics-heading">
          <thead>
            <tr>
              <th scope="col">Measure</th>
              <th scope="col">Model</th>
              <th scope="col">Doing nothing</th>
            </tr>
          </thead>
          <tbody>
            {MEASURES.map(({ key, name, meaning, write }) => (
              <tr key={key}>
                <th scope="row">
                  {name} <span className="meaning">{meaning}</span>
                </th>
                <Value value={metrics[key]} write={write} />
                <Value value={baseline[key]} write={write} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hasUndefined && <p className="fine-print">– means: not defined for these sessions.</p>}
    </section>
  )
}
