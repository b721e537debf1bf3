import type { LoadReport } from '@/api/gen/types.gen'
import { focusOnMount } from '@/lib/focus-on-mount'
import { formatCount } from '@/lib/format'
import { RejectedRows } from './rejected-rows'
import { ReportFindings } from './report-findings'
import { ReportNotes } from './report-notes'
import { countKept } from './report-numbers'
import { RowCounts } from './row-counts'

interface LoadResultProps {
  report: LoadReport
  onShow: (symbol: string) => void
  onAnother: () => void
}

export function LoadResult({ report, onShow, onAnother }: LoadResultProps) {
  const { symbol, n_bars: bars } = report
  return (
    <div className="load-report">
      <div role="status">
        <h3>Loaded {formatCount(countKept(report), 'bar')}</h3>
        <p>
          {symbol} now has {formatCount(bars, 'bar')}.
        </p>
      </div>
      <RowCounts report={report} />
      {report.n_rejected > 0 && <RejectedRows report={report} />}
      <ReportNotes notes={report.notes} />
      <ReportFindings report={report} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onAnother}>
          Load another file
        </button>
        <button
          ref={focusOnMount}
          type="button"
          className="button button-primary"
          onClick={() => onShow(symbol)}
        >
          Show {symbol}
        </button>
      </div>
    </div>
  )
}
