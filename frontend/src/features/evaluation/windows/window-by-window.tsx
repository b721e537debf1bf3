import { useMemo } from 'react'
import { type Chart, type ChangeView, CHARTS, type SymbolView } from '@/address/view'
import type { Evaluation } from '@/api/gen/types.gen'
import { SegmentedControl } from '@/components/segmented-control'
import { computeReach } from '@/components/skill-picture'
import { modelName } from '@/lib/format'
import { findChallenger, selectSeries } from './series'
import { WindowChart } from './window-chart'

interface WindowByWindowProps {
  evaluation: Evaluation
  view: SymbolView
  onChange: ChangeView
}

const NAMES: Record<Chart, string> = { skill: 'Skill so far', error: 'Absolute error' }

function explain(evaluation: Evaluation, { chart, model }: SymbolView): string {
  if (chart === 'skill') {
    return 'Skill over the windows up to each session. Above the “no change” line is better; the first windows say little. Values off the chart are in the table.'
  }
  const challenger = findChallenger(evaluation, model)
  if (challenger === undefined) return 'Error at each session, in price units.'
  const reason = challenger.name === model ? 'your choice' : 'the best of the other models'
  return `Error at each session, in price units, of no change and ${modelName(challenger.name)}, ${reason}. Lower is better.`
}

export function WindowByWindow({ evaluation, view, onChange }: WindowByWindowProps) {
  const { chart, model } = view
  const series = useMemo(() => selectSeries(evaluation, chart, model), [evaluation, chart, model])
  return (
    <section className="window-by-window" aria-labelledby="windows-heading">
      <header className="panel-header">
        <h4 id="windows-heading">Window by window</h4>
        <SegmentedControl
          legend="Chart"
          options={CHARTS}
          names={NAMES}
          chosen={chart}
          onChoose={(chosen) => onChange({ chart: chosen })}
        />
      </header>
      <p className="fine-print">{explain(evaluation, view)}</p>
      <WindowChart
        title={NAMES[chart]}
        sessions={evaluation.windows.session}
        series={series}
        reach={chart === 'skill' ? computeReach(evaluation.models.map(({ skill }) => skill)) : null}
      />
    </section>
  )
}
