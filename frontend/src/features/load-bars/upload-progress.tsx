import { Status } from '@/components/status'
import { formatCount, percent } from '@/lib/format'
import { focusOnMount } from '@/lib/focus-on-mount'
import { formatFileSize } from './load-text'

interface UploadProgressProps {
  file: File
  isLoad: boolean
  /** The share of the file that has been sent, from 0 to 1. */
  share: number
  /** How many symbols are done. */
  nDone: number
  refusal: string | null
  onCancel: () => void
}

function describeDone(nSymbols: number): string {
  return nSymbols === 0 ? 'Upload complete.' : `Upload complete; ${formatCount(nSymbols, 'symbol')} done.`
}

export function UploadProgress({ file, isLoad, share, nDone, refusal, onCancel }: UploadProgressProps) {
  const isSent = share === 1
  const what = isSent ? (isLoad ? 'Loading the bars' : 'Checking the rows') : 'Uploading the file'
  return (
    <div className="sending">
      <Status>{`${what}: ${file.name}`}</Status>
      <p>
        {what}: <strong>{file.name}</strong>
      </p>
      {isSent ? (
        <progress key="waiting" aria-label={what} />
      ) : (
        <progress key="sending" aria-label={what} value={share} />
      )}
      <p className="fine-print figure">
        {isSent ? describeDone(nDone) : `${percent(share)} of ${formatFileSize(file.size)}`}
      </p>
      {refusal !== null && <p role="alert">{refusal}</p>}
      <div className="dialog-actions">
        <button ref={focusOnMount} type="button" className="button" onClick={onCancel}>
          Stop
        </button>
      </div>
    </div>
  )
}
