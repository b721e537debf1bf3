import type { RefObject } from 'react'
import type { SymbolView } from '@/address/view'
import { downloadCsv, downloadPng } from '@/lib/download'
import type { Compared } from './compare-closes'
import type { TakePicture } from './comparison-chart'
import { toColumns, toRows } from './comparison-rows'
import { basisOf, changesAt, NO_PROMISE } from './comparison-text'

interface DownloadsProps {
  /** Null as long as there is nothing to save. */
  compared: Compared | null
  view: SymbolView
  picture: RefObject<TakePicture | null>
}

function fileName({ symbols }: Compared, { range, isAdjusted }: SymbolView): string {
  return [...symbols.map(({ symbol }) => symbol), range, ...(isAdjusted ? ['adjusted'] : [])].join('-')
}

function savePicture(canvas: HTMLCanvasElement, compared: Compared, view: SymbolView): void {
  downloadPng(`${fileName(compared, view)}.png`, canvas, [
    basisOf(compared, view.isAdjusted),
    changesAt(compared.symbols, compared.last),
    `${NO_PROMISE} Bellwether – not investment advice.`,
  ])
}

export function Downloads({ compared, view, picture }: DownloadsProps) {
  const isDisabled = compared === null
  return (
    <div className="downloads" role="group" aria-label="Download what is seen">
      <button
        type="button"
        className="button"
        aria-label="Download CSV"
        disabled={isDisabled}
        onClick={() => {
          if (compared !== null) downloadCsv(`${fileName(compared, view)}.csv`, toColumns(compared), toRows(compared))
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
          if (compared !== null && canvas !== undefined) savePicture(canvas, compared, view)
        }}
      >
        PNG
      </button>
    </div>
  )
}
