import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ChangeView, type SymbolView, WINDOWS } from '@/address/view'
import { getEvaluation } from '@/api/get-evaluation'
import { Panel } from '@/components/panel'
import { QueryView } from '@/components/query-view'
import { Select } from '@/components/select'
import { count } from '@/lib/format'
import { useIdle } from '@/lib/use-idle'
import { useLazyModule } from '@/lib/use-lazy-module'

interface EvaluationPanelProps {
  view: SymbolView
  onChange: ChangeView
}

const loadView = () => import('./evaluation-view')

export function EvaluationPanel({ view, onChange }: EvaluationPanelProps) {
  const isIdle = useIdle()
  const query = useQuery({ ...getEvaluation(view), placeholderData: keepPreviousData, enabled: isIdle })
  const module = useLazyModule(loadView)
  const skeleton = <div className="skeleton-block skeleton-evaluation" />
  const windows = (
    <Select
      label="Windows"
      options={WINDOWS}
      formatOption={count}
      option={view.windows}
      onChoose={(chosen) => onChange({ windows: chosen })}
    />
  )
  return (
    <Panel id="evaluation-heading" title="Which model beats no change?" className="evaluation" actions={windows}>
      <QueryView query={query} what={`the model comparison for ${view.symbol}`} skeleton={skeleton}>
        {(evaluation) =>
          module === undefined ? (
            skeleton
          ) : (
            <module.EvaluationView
              evaluation={evaluation}
              isPreviousData={query.isPlaceholderData}
              view={view}
              onChange={onChange}
            />
          )
        }
      </QueryView>
    </Panel>
  )
}
