import { type SyntheticEvent, useId, useState } from 'react'
import { accessKey } from '@/api/access-key'
import { KeyField } from '@/components/key-field'
import { Status } from '@/components/status'
import { TableFrame } from '@/components/table-frame'
import { SYMBOL_PATTERN } from '@/features/load-bars/guess-symbol'
import { formatFileSize } from '@/features/load-bars/load-text'
import { countKept } from '@/features/load-bars/report/report-numbers'
import { formatCount } from '@/lib/format'
import { describeOutcome } from './describe-outcome'
import { type Entry, useManyFiles } from './use-many-files'

interface ManyFilesProps {
  files: readonly File[]
  isRunning: boolean
  refusal: string | null
  onRun: (controller: AbortController | null) => void
  onStop: () => void
  onBack: () => void
  onShow: (symbol: string) => void
}

interface FileRowProps {
  entry: Entry
  isRunning: boolean
  onRename: (symbol: string) => void
}

function FileRow({ entry: { file, symbol, outcome }, isRunning, onRename }: FileRowProps) {
  const isFault = outcome.at === 'refused' || outcome.at === 'failed'
  return (
    <tr>
      <th scope="row">
        {file.name} <span className="fine-print">{formatFileSize(file.size)}</span>
      </th>
      <td>
        {outcome.at !== 'refused' && (
          <input
            type="text"
            aria-label={`Symbol of ${file.name}`}
            placeholder="As in the file"
            pattern={SYMBOL_PATTERN}
            autoComplete="off"
            spellCheck={false}
            disabled={isRunning}
            value={symbol}
            onChange={({ target }) => onRename(target.value)}
          />
        )}
      </td>
      <td className={isFault ? 'file-fault' : undefined}>{describeOutcome(outcome)}</td>
    </tr>
  )
}

function isLoadable({ outcome }: Entry): boolean {
  return outcome.at === 'checked' && outcome.report.reports.some((report) => countKept(report) > 0)
}

/** Several files: a preview of each, then all that can be loaded. */
export function ManyFiles({ files, isRunning, refusal, onRun, onStop, onBack, onShow }: ManyFilesProps) {
  const titleId = useId()
  const [key, setKey] = useState(() => accessKey() ?? '')
  const { entries, rename, check, load } = useManyFiles(files, onRun)
  const loadable = entries.filter(isLoadable)
  const [loaded] = entries.flatMap(({ outcome }) => (outcome.at === 'loaded' ? outcome.report.reports : []))
  const nDone = entries.filter(({ outcome }) => outcome.at !== 'waiting' && outcome.at !== 'sending').length

  function onSubmit(event: SyntheticEvent): void {
    event.preventDefault()
    if (loadable.length > 0) load(key)
    else check(key)
  }

  return (
    <form className="load-form" onSubmit={onSubmit}>
      <p id={titleId}>
        {formatCount(files.length, 'file')}. Bars are added or corrected; none is removed.
      </p>
      <Status>{isRunning ? `${String(nDone)} of ${formatCount(files.length, 'file')} done` : ''}</Status>
      <TableFrame label="Files">
        <table className="many-files" aria-labelledby={titleId}>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Symbol</th>
              <th scope="col">Result</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry, i) => (
              <FileRow
                key={i} // several may have the same name
                entry={entry}
                isRunning={isRunning}
                onRename={(symbol) => rename(i, symbol)}
              />
            ))}
          </tbody>
        </table>
      </TableFrame>
      {refusal !== null && <p role="alert">{refusal}</p>}
      <KeyField value={key} onChange={setKey} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={isRunning ? onStop : onBack}>
          {isRunning ? 'Stop' : 'Back'}
        </button>
        {!isRunning && loaded !== undefined && (
          <button
            type="button"
            className="button"
            onClick={() => onShow(loaded.symbol)}
          >
            Show {loaded.symbol}
          </button>
        )}
        {!isRunning && (
          <button type="submit" className="button button-primary">
            {loadable.length > 0 ? `Load ${formatCount(loadable.length, 'file')}` : 'Check the files'}
          </button>
        )}
      </div>
    </form>
  )
}
