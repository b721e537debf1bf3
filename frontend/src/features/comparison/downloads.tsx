import type { RefObject } from 'react'
import type { SymbolView } from '@/address/view'
import type { Stock } from '@/api/gen/types.gen'
import { downloadCsv, downloadPng } from '@/lib/download'
import { findBreaks, noteBreaks } from './breaks'
import type { ComparisonResult } from './compare-closes'
import type { TakePicture } from './comparison-chart'
import { toColumns, toRows } from './comparison-rows'
import { describeBasis, describeChanges, NO_PROMISE } from './comparison-text'

interface Saved {
  comparison: ComparisonResult
  stocks: readonly Stock[]
  view: SymbolView
}

interface DownloadsProps {
  /** Null while there is nothing to save. */
  comparison: ComparisonResult | null
  stocks: readonly Stock[]
  view: SymbolView
  picture: RefObject<TakePicture | null>
}

function fileName({ symbols }: ComparisonResult, { range, isAdjusted }: SymbolView): string {
  return [...symbols.map(({ symbol }) => symbol), range, ...(isAdjusted ? ['adjusted'] : [])].join('-')
}

function savePicture(canvas: HTMLCanvasElement, { comparison, stocks, view }: Saved): void {
  const breaks = findBreaks(comparison, stocks, view.isAdjusted, comparison.last)
  downloadPng(`${fileName(comparison, view)}.png`, canvas, [
    describeBasis(comparison, view.isAdjusted),
    describeChanges(comparison.symbols, comparison.last, (symbol) => noteBreaks(breaks, symbol)),
    `${NO_PROMISE} Bellwether – not investment advice.`,
  ])
}

export function Downloads({ comparison, stocks, view, picture }: DownloadsProps) {
  const isDisabled = comparison === null
  return (
    <div className="downloads" role="group" aria-label="Download this view">
      <button
        type="button"
        className="button"
        aria-label="Download CSV"
        disabled={isDisabled}
        onClick={() => {
          if (comparison === null) return
          downloadCsv(`${fileName(comparison, view)}.csv`, toColumns(comparison), toRows(comparison))
        }}
      >
        CSV
      </button>
      <button
        type="button"
        className="button"
        aria-label="Download PNG"
        disabled={isDisabled}
        onClick={() => {
          const canvas = picture.current?.()
          if (comparison !== null && canvas !== undefined) savePicture(canvas, { comparison, stocks, view })
        }}
      >
        PNG
      </button>
    </div>
  )
}
