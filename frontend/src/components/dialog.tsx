import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import { type ReactNode, type RefObject, useRef } from 'react'

interface DialogProps {
  title: string
  className: string
  onClose: () => void
  /** Receives the focus when the dialog closes. */
  opener: RefObject<HTMLElement | null>
  /** Whether a click outside leaves it open, so that no input is lost. */
  isSticky?: boolean
  children: ReactNode
}

/** Open for as long as it is rendered. The dialog itself has the initial focus, unless a child takes it. */
export function Dialog({ title, className, onClose, opener, isSticky = false, children }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null)
  return (
    <BaseDialog.Root open onOpenChange={onClose} disablePointerDismissal={isSticky}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="dialog-backdrop" />
        <BaseDialog.Viewport className="dialog-viewport">
          <BaseDialog.Popup ref={popup} className={`dialog ${className}`} initialFocus={popup} finalFocus={opener}>
            <div className="dialog-header">
              <BaseDialog.Title className="dialog-title">{title}</BaseDialog.Title>
              <BaseDialog.Close className="dialog-close" aria-label="Close">
                <span aria-hidden="true">×</span>
              </BaseDialog.Close>
            </div>
            {children}
          </BaseDialog.Popup>
        </BaseDialog.Viewport>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  )
}

interface ConfirmDialogProps {
  title: string
  /** The label of the confirming button. */
  action: string
  onConfirm: () => void
  onCancel: () => void
  children: ReactNode
}

/** Asks for confirmation of an action that cannot be undone; Cancel has the initial focus. */
export function ConfirmDialog({ title, action, onConfirm, onCancel, children }: ConfirmDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null)
  return (
    <AlertDialog.Root open onOpenChange={onCancel}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="dialog-backdrop" forceRender />
        <AlertDialog.Viewport className="dialog-viewport confirm-viewport">
          <AlertDialog.Popup className="dialog confirm-dialog" initialFocus={cancel}>
            <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
            <AlertDialog.Description className="confirm-text" render={<div />}>
              {children}
            </AlertDialog.Description>
            <div className="dialog-actions">
              <AlertDialog.Close ref={cancel} className="button">
                Cancel
              </AlertDialog.Close>
              <button type="button" className="button button-danger" onClick={onConfirm}>
                {action}
              </button>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
