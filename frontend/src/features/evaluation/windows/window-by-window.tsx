import { useMemo } from 'react'
import { type Chart, type ChangeView, CHARTS, type SymbolView } from '@/address/view'
import type { Evaluation } from '@/api/gen/types.gen'
import { SegmentedControl } from '@/components/segmented-control'
import { computeReach } from '@/features/evaluation/models/skill-picture'
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
    return 'The skill over the windows up to each session. Above the line of doing nothing is better; the first windows say little. What lies outside the picture is in the table.'
  }
  const challenger = findChallenger(evaluation, model)
  if (challenger === undefined) return 'The error at each session, in the unit of the prices.'
  const isChosen = challenger.name === model
  return `The error at each session, in the unit of the prices: ${modelName(challenger.name)}, ${isChosen ? 'which you chose' : 'the best of those that do something'}, beside doing nothing. Lower is better.`
}

export function WindowByWindow({ evaluation, view, onChange }: WindowByWindowProps) {
  const { chart, model } = view
  const series = useMemo(() => selectSeries(evaluation, chart, model), [evaluation, chart, model])
  return (
    <section className="window-by-window" aria-labelledby="windows-heading">
      <header className="panel-header">
        <h4 id="windows-heading">Window by window</h4>
        <SegmentedControl
          legend="Drawn for each window"
          options={CHARTS}
          names={NAMES}
          chosen={chart}
          onChoose={(chosen) => {
            onChange({ chart: chosen })
          }}
        />
      </header>
      <p className="fine-print">{explain(evaluation, view)}</p>
      <WindowChart
        title={NAMES[chart]}
        sessions={evaluation.windows.session}
        series={series}
        reach={chart === 'skill' ? computeReach(evaluation.models) : null}
      />
    </section>
  )
}
