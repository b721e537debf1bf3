import type { RefObject } from 'react'
import type { SymbolView } from '@/address/view'
import type { Forecast } from '@/api/gen/types.gen'
import type { ChartHandle } from './chart/chart-handle'
import { type Picture, saveCsv, savePng } from './downloads'
import type { Row } from './rows'

interface DownloadButtonsProps {
  view: SymbolView
  /** The revision of the bars; undefined until they are loaded. */
  revision: string | undefined
  rows: readonly Row[]
  forecast: Forecast | undefined
  chart: RefObject<ChartHandle | null>
}

const FORMATS = [
  { name: 'CSV', save: saveCsv },
  { name: 'PNG', save: savePng },
]

export function DownloadButtons({ view, revision, rows, forecast, chart }: DownloadButtonsProps) {
  const { symbol, isAdjusted } = view
  function onClick(save: (chart: ChartHandle, picture: Picture) => void): void {
    if (chart.current === null || revision === undefined) return
    save(chart.current, { symbol, isAdjusted, revision, rows, forecast })
  }
  return (
    <div className="downloads" role="group" aria-label="Download this view">
      {FORMATS.map(({ name, save }) => (
        <button
          key={name}
          type="button"
          className="button"
          aria-label={`Download ${name}`}
          disabled={revision === undefined}
          onClick={() => onClick(save)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
