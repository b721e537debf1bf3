import { useId } from 'react'
import { focusOnMount } from '@/features/load-bars/focus-on-mount'
import { formatFileSize } from '@/features/load-bars/load-text'

const ACCEPTED = '.csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.pq,.arrow,.feather,.gz,.xz,.bz2,.zip'

interface FileFieldProps {
  file: File | null
  hasFocus: boolean
  onChoose: (file: File) => void
}

export function FileField({ file, hasFocus, onChoose }: FileFieldProps) {
  const hint = useId()
  return (
    <div className="file-field">
      <label className="file-choice">
        <input
          ref={hasFocus ? focusOnMount : null}
          type="file"
          className="visually-hidden"
          accept={ACCEPTED}
          required={file === null}
          aria-describedby={hint}
          onChange={({ target }) => {
            const chosen = target.files?.[0]
            if (chosen !== undefined) onChoose(chosen)
            target.value = '' // so that choosing the same file again after an edit fires a change event
          }}
        />
        <span className="button">{file === null ? 'Choose a file' : 'Choose another file'}</span>
      </label>
      <div id={hint} className="file-chosen" aria-live="polite">
        {file === null ? (
          <p>Or drop one on this page: CSV, Parquet, JSON or Arrow, optionally compressed.</p>
        ) : (
          <p>
            <strong>{file.name}</strong> <span className="fine-print">{formatFileSize(file.size)}</span>
          </p>
        )}
      </div>
    </div>
  )
}
