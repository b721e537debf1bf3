import type { RefObject } from 'react'
import { Dialog } from '@/components/dialog'
import { LoadForm } from './form/load-form'
import { ManyFiles } from './many/many-files'
import { LoadResult } from './report/load-result'
import { ReportStep } from './report/report-step'
import { SymbolsStep } from './report/symbols-step'
import { UploadProgress } from './upload-progress'
import type { Drop } from './use-file-drop'
import { isSending, useLoad } from './use-load'

interface LoadDialogProps {
  /** The symbol shown on the page. */
  shown: string | undefined
  drop: Drop | null
  opener: RefObject<HTMLElement | null>
  onClose: () => void
  onShow: (symbol: string) => void
}

/** Chooses files, checks them and loads them. Escape cancels an upload, or else closes the dialog. */
export function LoadDialog({ shown, drop, opener, onClose, onShow }: LoadDialogProps) {
  const { request, step, change, choose, back, restart, cancel, run, check, load } = useLoad(shown, drop)
  return (
    <Dialog
      title="Load bars"
      className="load-dialog"
      opener={opener}
      isSticky
      onClose={isSending(step) ? cancel : onClose}
    >
      {step.at === 'form' && (
        <LoadForm
          request={request}
          problem={step.problem}
          note={step.note}
          onChoose={choose}
          onChange={change}
          onCheck={check}
          onCancel={onClose}
        />
      )}
      {step.at === 'many' && <ManyFiles {...step} onRun={run} onStop={cancel} onBack={restart} onShow={onShow} />}
      {step.at === 'sending' && request.file !== null && <UploadProgress {...step} file={request.file} onCancel={cancel} />}
      {step.at === 'report' && <ReportStep report={step.report} onLoad={load} onBack={back} onCancel={onClose} />}
      {step.at === 'symbols' && (
        <SymbolsStep {...step} onLoad={load} onBack={back} onCancel={onClose} onShow={onShow} onAnother={restart} />
      )}
      {step.at === 'loaded' && <LoadResult report={step.report} onShow={onShow} onAnother={restart} />}
    </Dialog>
  )
}
