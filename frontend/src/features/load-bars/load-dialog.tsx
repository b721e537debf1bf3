import type { RefObject } from 'react'
import { Dialog } from '@/components/dialog'
import { LoadForm } from './form/load-form'
import { Loaded } from './report/loaded'
import { ReportStep } from './report/report-step'
import { Sending } from './sending'
import type { Drop } from './use-file-drop'
import { useLoad } from './use-load'

interface LoadDialogProps {
  /** The symbol that the page shows. */
  shown: string | undefined
  drop: Drop | null
  opener: RefObject<HTMLElement | null>
  onClose: () => void
  onShow: (symbol: string) => void
}

/** Choose a file, see what is in it, load it. Escape stops what is being sent, or else closes the dialog. */
export function LoadDialog({ shown, drop, opener, onClose, onShow }: LoadDialogProps) {
  const { wanted, step, change, choose, back, restart, cancel, check, load } = useLoad(shown, drop)
  return (
    <Dialog
      title="Load bars"
      className="load-dialog"
      opener={opener}
      isSticky
      onClose={step.at === 'sending' ? cancel : onClose}
    >
      {step.at === 'form' && (
        <LoadForm
          wanted={wanted}
          problem={step.problem}
          note={step.note}
          onChoose={choose}
          onChange={change}
          onCheck={check}
          onCancel={onClose}
        />
      )}
      {step.at === 'sending' && wanted.file !== null && <Sending {...step} file={wanted.file} onCancel={cancel} />}
      {step.at === 'report' && <ReportStep report={step.report} onLoad={load} onBack={back} onCancel={onClose} />}
      {step.at === 'loaded' && <Loaded report={step.report} onShow={onShow} onAnother={restart} />}
    </Dialog>
  )
}
