import type { LoadReport } from '@/api/gen/types.gen'
import { focusOnMount } from './focus-on-mount'
import { RejectedRows } from './rejected-rows'
import { nKept } from './report-numbers'
import { ReportFindings } from './report-findings'
import { RowCounts } from './row-counts'
import { counted } from './words'

interface LoadedProps {
  report: LoadReport
  onShow: (symbol: string) => void
  onAnother: () => void
}

export function Loaded({ report, onShow, onAnother }: LoadedProps) {
  const { symbol, n_bars: bars } = report
  return (
    <div className="load-report">
      <div role="status">
        <h3>Loaded {counted(nKept(report), 'bar')}</h3>
        <p>
          {symbol} has {counted(bars, 'bar')} now.
        </p>
      </div>
      <RowCounts report={report} />
      {report.rejected.length > 0 && <RejectedRows rejected={report.rejected} />}
      <ReportFindings report={report} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onAnother}>
          Load another file
        </button>
        <button
          ref={focusOnMount}
          type="button"
          className="button button-primary"
          onClick={() => {
            onShow(symbol)
          }}
        >
          Show {symbol}
        </button>
      </div>
    </div>
  )
}
