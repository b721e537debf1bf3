import { useState } from 'react'
import type { LoadReport } from '@/api/gen/types.gen'
import { focusOnMount } from '@/lib/focus-on-mount'
import { count, formatCount } from '@/lib/format'
import { RejectedRows } from './rejected-rows'
import { ReplaceQuestion } from './replace-question'
import { ReportFindings } from './report-findings'
import { ReportNotes } from './report-notes'
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
  const rows = formatCount(kept + report.n_rejected, 'row')
  if (kept + report.n_rejected === 0) return 'Every session of the file is already stored: nothing would be added.'
  if (kept + report.n_rejected === 1) return `The row ${kept === 1 ? 'can' : 'cannot'} be loaded.`
  if (kept === 0) return `None of the ${rows} can be loaded.`
  if (report.n_rejected === 0) return `All ${rows} can be loaded.`
  return `${count(kept)} of ${rows} can be loaded; the others would be rejected.`
}

function describeChange(report: LoadReport): string {
  const { symbol, inserted, updated, removed, n_bars: after } = report
  const before = countBarsBefore(report)
  if (countKept(report) === 0) return ''
  if (before === 0) return `${symbol} is new and would have ${formatCount(after, 'bar')}.`
  if (inserted + updated + removed === 0) return `${symbol} already has the same bars.`
  return `${symbol} has ${formatCount(before, 'bar')} and would have ${count(after)}.`
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
        Nothing has been loaded yet
      </h3>
      <p>
        {describeRows(report)} {describeChange(report)}
      </p>
      <RowCounts report={report} />
      <RejectedRows report={report} />
      <ReportNotes notes={report.notes} />
      <ReportFindings report={report} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="button" className="button" onClick={onBack}>
          Back
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
        <ReplaceQuestion report={report} onConfirm={onConfirmed} onCancel={() => setIsAsking(false)} />
      )}
    </div>
  )
}
