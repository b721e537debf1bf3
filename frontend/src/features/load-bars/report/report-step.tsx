import { useState } from 'react'
import type { LoadReport } from '@/api/gen/types.gen'
import { focusOnMount } from '@/features/load-bars/focus-on-mount'
import { formatCount } from '@/features/load-bars/load-text'
import { count } from '@/lib/format'
import { RejectedRows } from './rejected-rows'
import { ReplaceQuestion } from './replace-question'
import { ReportFindings } from './report-findings'
import { countBarsBefore, countKept } from './report-numbers'
import { RowCounts } from './row-counts'

interface ReportStepProps {
  report: LoadReport
  onLoad: () => void
  onBack: () => void
  onCancel: () => void
}

function describeRows(report: LoadReport): string {
  const kept = countKept(report)
  const rows = formatCount(kept + report.rejected.length, 'row')
  if (kept === 0) return `None of the file’s ${rows} is a bar, so there is nothing to load.`
  if (report.rejected.length === 0) return `All of the file’s ${rows} are bars.`
  return `${count(kept)} of ${rows} can be loaded; the others would be left out.`
}

function describeChange(report: LoadReport): string {
  const { symbol, inserted, updated, removed, n_bars: after } = report
  const before = countBarsBefore(report)
  if (countKept(report) === 0) return ''
  if (before === 0) return `${symbol} is new here and would have ${formatCount(after, 'bar')}.`
  if (inserted + updated + removed === 0) return `${symbol} has them already, with the same numbers.`
  return `${symbol} has ${formatCount(before, 'bar')} now and would have ${formatCount(after, 'bar')}.`
}

/** Previews the result of a load. */
export function ReportStep({ report, onLoad, onBack, onCancel }: ReportStepProps) {
  const [isAsking, setIsAsking] = useState(false)
  const kept = countKept(report)

  function onConfirmed(): void {
    setIsAsking(false)
    onLoad()
  }

  return (
    <div className="load-report">
      <h3 ref={focusOnMount} tabIndex={-1}>
        Nothing has been written yet
      </h3>
      <p>
        {describeRows(report)} {describeChange(report)}
      </p>
      <RowCounts report={report} />
      <RejectedRows rejected={report.rejected} />
      <ReportFindings report={report} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="button" className="button" onClick={onBack}>
          Change something
        </button>
        {kept > 0 && (
          <button
            type="button"
            className="button button-primary"
            onClick={() => {
              if (report.removed > 0) setIsAsking(true)
              else onLoad()
            }}
          >
            Load {formatCount(kept, 'bar')}
          </button>
        )}
      </div>
      {isAsking && (
        <ReplaceQuestion
          report={report}
          onConfirm={onConfirmed}
          onCancel={() => {
            setIsAsking(false)
          }}
        />
      )}
    </div>
  )
}
