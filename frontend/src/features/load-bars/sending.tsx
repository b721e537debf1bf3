import { Status } from '@/components/status'
import { percent } from '@/lib/format'
import { focusOnMount } from './focus-on-mount'
import { fileSize } from './load-text'

interface SendingProps {
  file: File
  isLoad: boolean
  /** How much of the file has been sent, 1 for all of it. */
  share: number
  refused: string | null
  onCancel: () => void
}

export function Sending({ file, isLoad, share, refused, onCancel }: SendingProps) {
  const isSent = share === 1
  const what = isSent ? (isLoad ? 'Writing the bars' : 'Checking the rows') : 'Sending the file'
  return (
    <div className="sending">
      <Status>{`${what} of ${file.name}`}</Status>
      <p>
        {what}: <strong>{file.name}</strong>
      </p>
      {isSent ? (
        <progress key="waiting" aria-label={what} />
      ) : (
        <progress key="sending" aria-label={what} value={share} />
      )}
      <p className="fine-print figure">
        {isSent ? 'The whole file has arrived.' : `${percent(share)} of ${fileSize(file.size)}`}
      </p>
      {refused !== null && <p role="alert">{refused}</p>}
      <div className="dialog-actions">
        <button ref={focusOnMount} type="button" className="button" onClick={onCancel}>
          Stop
        </button>
      </div>
    </div>
  )
}
