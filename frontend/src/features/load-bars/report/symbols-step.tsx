import { useState } from 'react'
import type { LoadReport } from '@/api/gen/types.gen'
import type { FileReport } from '@/api/load-bars'
import { ConfirmDialog } from '@/components/dialog'
import { ShowMore } from '@/components/show-more'
import { TableFrame } from '@/components/table-frame'
import { describeReport } from '@/features/load-bars/many/describe-outcome'
import { count, formatCount } from '@/lib/format'
import { focusOnMount } from '@/lib/focus-on-mount'
import { ReportNotes } from './report-notes'
import { countKept } from './report-numbers'

interface SymbolsStepProps {
  report: FileReport
  isLoaded: boolean
  onLoad: () => void
  onBack: () => void
  onCancel: () => void
  onShow: (symbol: string) => void
  onAnother: () => void
}

const FIRST_ROWS = 50

function add(reports: readonly LoadReport[], measure: (report: LoadReport) => number): number {
  return reports.reduce((sum, report) => sum + measure(report), 0)
}

/** What is said of every symbol, so once for the file. */
function findCommonNotes([first, ...others]: readonly LoadReport[]): string[] {
  return (first?.notes ?? []).filter((note) => others.every(({ notes }) => notes?.includes(note)))
}

function SymbolTable({ report: { reports, refused }, isLoaded, common }: { report: FileReport; isLoaded: boolean; common: string[] }) {
  const [nShown, setShown] = useState(FIRST_ROWS)
  const rows = [
    ...refused.map(({ symbol, detail }) => ({ symbol, text: detail, isFault: true })),
    ...reports.map((one) => {
      const own = { ...one, notes: one.notes?.filter((note) => !common.includes(note)) ?? [] }
      return { symbol: one.symbol, text: describeReport(own, isLoaded), isFault: countKept(one) === 0 }
    }),
  ]
  return (
    <>
      <TableFrame label="Symbols">
        <table className="many-files">
          <thead>
            <tr>
              <th scope="col">Symbol</th>
              <th scope="col">Result</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, nShown).map(({ symbol, text, isFault }) => (
              <tr key={symbol}>
                <th scope="row">{symbol}</th>
                <td className={isFault ? 'file-fault' : undefined}>{text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
      <ShowMore
        shown={Math.min(nShown, rows.length)}
        total={rows.length}
        what="symbols"
        onMore={() => setShown(nShown + FIRST_ROWS)}
      />
    </>
  )
}

/** Previews, or reports, the load of a file with several symbols. */
export function SymbolsStep({ report, isLoaded, onLoad, onBack, onCancel, onShow, onAnother }: SymbolsStepProps) {
  const [isAsking, setIsAsking] = useState(false)
  const { reports, refused, skipped } = report
  const loadable = reports.filter((one) => countKept(one) > 0)
  const [first] = loadable
  const bars = formatCount(add(loadable, countKept), 'bar')
  const symbols = formatCount(loadable.length, 'symbol')
  const nRejected = add(reports, ({ n_rejected: n }) => n)
  const nRemoved = isLoaded ? 0 : add(loadable, ({ removed }) => removed)
  const common = findCommonNotes(reports)
  const said = [...common, ...skipped.map((part) => `Not read: ${part}`)]

  return (
    <div className="load-report">
      <h3 ref={focusOnMount} tabIndex={-1}>
        {isLoaded ? `Loaded ${symbols}` : 'Nothing has been loaded yet'}
      </h3>
      <p>
        {isLoaded ? `${bars} of ${symbols}` : `${bars} of ${symbols} can be loaded`}
        {nRejected > 0 && `; ${formatCount(nRejected, 'row')} rejected`}
        {refused.length > 0 && `; ${formatCount(refused.length, 'symbol')} refused`}.
      </p>
      {report.stopped !== null && <p className="notice">{report.stopped}</p>}
      <ReportNotes notes={said} />
      <SymbolTable report={report} isLoaded={isLoaded} common={common} />
      <div className="dialog-actions">
        {isLoaded ? (
          <button type="button" className="button" onClick={onAnother}>
            Load another file
          </button>
        ) : (
          <>
            <button type="button" className="button" onClick={onCancel}>
              Cancel
            </button>
            <button type="button" className="button" onClick={onBack}>
              Back
            </button>
          </>
        )}
        {first !== undefined && (
          <button
            type="button"
            className="button button-primary"
            onClick={() => {
              if (isLoaded) onShow(first.symbol)
              else if (nRemoved > 0) setIsAsking(true)
              else onLoad()
            }}
          >
            {isLoaded ? `Show ${first.symbol}` : `Load ${symbols}`}
          </button>
        )}
      </div>
      {isAsking && (
        <ConfirmDialog
          title={`Replace the bars of ${symbols}?`}
          action={`Remove ${formatCount(nRemoved, 'bar')} and load ${bars}`}
          onConfirm={() => {
            setIsAsking(false)
            onLoad()
          }}
          onCancel={() => setIsAsking(false)}
        >
          <p>
            <strong>{formatCount(nRemoved, 'bar')}</strong> of {count(loadable.filter(({ removed }) => removed > 0).length)}{' '}
            of them would be removed: the file has no bars for their sessions. This cannot be undone.
          </p>
        </ConfirmDialog>
      )}
    </div>
  )
}
