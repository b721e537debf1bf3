import { useId } from 'react'
import { EXTENSIONS } from '@/features/load-bars/check-file'
import { focusOnMount } from '@/lib/focus-on-mount'
import { formatFileSize } from '@/features/load-bars/load-text'

const ACCEPTED = EXTENSIONS.map((extension) => `.${extension}`).join(',')

interface FileFieldProps {
  file: File | null
  hasFocus: boolean
  onChoose: (files: readonly File[]) => void
}

export function FileField({ file, hasFocus, onChoose }: FileFieldProps) {
  const hint = useId()
  return (
    <div className="file-field">
      <label className="file-choice">
        <input
          ref={hasFocus ? focusOnMount : null}
          type="file"
          multiple
          className="visually-hidden"
          accept={ACCEPTED}
          required={file === null}
          aria-describedby={hint}
          onChange={({ target }) => {
            const chosen = [...(target.files ?? [])]
            if (chosen.length > 0) onChoose(chosen)
            target.value = '' // so that choosing the same file again after an edit fires a change event
          }}
        />
        <span className="button">{file === null ? 'Choose files' : 'Choose other files'}</span>
      </label>
      <div id={hint} className="file-chosen" aria-live="polite">
        {file === null ? (
          <p>Or drop some on this page: CSV, Excel, Parquet, JSON or Arrow, optionally compressed.</p>
        ) : (
          <p>
            <strong>{file.name}</strong> <span className="fine-print">{formatFileSize(file.size)}</span>
          </p>
        )}
      </div>
    </div>
  )
}
