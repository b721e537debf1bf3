import type { ChangeView, SymbolView } from '@/address/view'
import type { Evaluation } from '@/api/gen/types.gen'
import { WarningList } from '@/components/warning-list'
import { ChosenModel } from './chosen-model'
import { HowTested } from './how-tested'
import { ColumnGuide } from './models/column-guide'
import { ModelTable } from './models/model-table'
import { Updating } from './updating'
import { WindowByWindow } from './windows/window-by-window'

interface EvaluationViewProps {
  evaluation: Evaluation
  /** Whether this is what was asked for before, shown until the answer is there. */
  isFormer: boolean
  view: SymbolView
  onChange: ChangeView
}

export function EvaluationView({ evaluation, isFormer, view, onChange }: EvaluationViewProps) {
  const isBeaten = evaluation.best !== 'persistence'
  return (
    <>
      {isFormer && <Updating former={evaluation} />}
      <div className="evaluation-body" aria-busy={isFormer}>
        <p className={`evaluation-verdict ${isBeaten ? '' : 'evaluation-verdict-none'}`}>{evaluation.verdict}</p>
        <WarningList label="Before you compare the models" warnings={evaluation.warnings} />
        <HowTested evaluation={evaluation} asked={isFormer ? null : view.windows} />
        <ModelTable evaluation={evaluation} view={view} onChange={onChange} />
        <ChosenModel evaluation={evaluation} choice={view.model} onChange={onChange} />
        <ColumnGuide />
        <WindowByWindow evaluation={evaluation} view={view} onChange={onChange} />
      </div>
    </>
  )
}
