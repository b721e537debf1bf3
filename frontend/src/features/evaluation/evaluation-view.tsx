import type { ChangeView, SymbolView } from '@/address/view'
import type { Evaluation } from '@/api/gen/types.gen'
import { useOwnWarnings } from '@/components/use-own-warnings'
import { WarningList } from '@/components/warning-list'
import { ChosenModel } from './chosen-model'
import { Method } from './method'
import { ColumnGuide } from './models/column-guide'
import { ModelTable } from './models/model-table'
import { RefetchNotice } from './refetch-notice'
import { WindowByWindow } from './windows/window-by-window'

interface EvaluationViewProps {
  evaluation: Evaluation
  /** Whether `evaluation` belongs to the previous request, and is shown until the current one is answered. */
  isPreviousData: boolean
  view: SymbolView
  onChange: ChangeView
}

export function EvaluationView({ evaluation, isPreviousData, view, onChange }: EvaluationViewProps) {
  const isBeaten = evaluation.best !== 'persistence'
  const warnings = useOwnWarnings(view.symbol, view.isAdjusted, evaluation.warnings)
  return (
    <>
      {isPreviousData && <RefetchNotice previous={evaluation} />}
      <div className="evaluation-body" aria-busy={isPreviousData}>
        <p className={`evaluation-verdict ${isBeaten ? '' : 'evaluation-verdict-none'}`}>{evaluation.verdict}</p>
        <WarningList label="Before you compare the models" warnings={warnings} />
        <Method evaluation={evaluation} requestedWindows={isPreviousData ? null : view.windows} />
        <ModelTable evaluation={evaluation} view={view} onChange={onChange} />
        <ChosenModel evaluation={evaluation} choice={view.model} onChange={onChange} />
        <ColumnGuide />
        <WindowByWindow evaluation={evaluation} view={view} onChange={onChange} />
      </div>
    </>
  )
}
