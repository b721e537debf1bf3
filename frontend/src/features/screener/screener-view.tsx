import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useDeferredValue, useMemo } from 'react'
import type { ChangeScreener, ScreenerView as View } from '@/address/screener-view'
import { getLeaderboard } from '@/api/get-leaderboard'
import type { Leaderboard, Screener } from '@/api/gen/types.gen'
import { QueryView } from '@/components/query-view'
import { UniverseNotes } from '@/components/runs/universe-notes'
import { count, formatCount } from '@/lib/format'
import { BoundsFields } from './filters/bounds-fields'
import { ColumnChoice } from './filters/column-choice'
import { Filters } from './filters/filters'
import { useFindText } from './filters/find-field'
import { PresetLinks } from './filters/preset-links'
import { ScreenerTable } from './rows/screener-table'
import { saveMatches } from './save-matches'
import { UniverseTable } from './universe-table'

interface ScreenerViewProps {
  screener: Screener
  view: View
  onChange: ChangeScreener
}

function LuckNote({ by }: { by: View['sort']['by'] }) {
  if (by !== 'skill') return <></>
  return (
    <p className="luck-note">
      <strong>Sorted by skill: the top are the lucky ones.</strong> Among many symbols some models look good by chance, and
      these come first. The sentence above says how many.
    </p>
  )
}

function NoMatch({ isNamed, leaderboard }: { isNamed: boolean; leaderboard: UseQueryResult<Leaderboard> }) {
  const noMatch = <p className="notice">No symbol matches. Choose “All symbols” to start over.</p>
  if (!isNamed) return noMatch
  return (
    <QueryView query={leaderboard} what="the named symbols" skeleton={<></>}>
      {({ named }) => (named.length === 0 ? <p className="notice">None: nothing beyond luck.</p> : noMatch)}
    </QueryView>
  )
}

function countMatches(nMatches: number, nSymbols: number): string {
  const symbols = formatCount(nSymbols, 'symbol')
  return nMatches === nSymbols && nSymbols > 1 ? `All ${symbols}` : `${count(nMatches)} of ${symbols}`
}

export function ScreenerView({ screener, view, onChange }: ScreenerViewProps) {
  const table = useMemo(() => new UniverseTable(screener.columns), [screener.columns])
  const leaderboard = useQuery({ ...getLeaderboard(view.horizon), enabled: view.isNamed })
  const named = useMemo(() => new Set(leaderboard.data?.named.map(({ symbol }) => symbol)), [leaderboard.data])
  const [text, setText] = useFindText(view.find, onChange)
  const find = useDeferredValue(text)
  const rows = useMemo(() => table.select({ ...view, find }, named), [table, view, find, named])
  return (
    <>
      <p className="chance-sentence">{screener.sentence}</p>
      <UniverseNotes universe={screener.universe} />
      <PresetLinks view={view} />
      <Filters view={view} sectors={table.sectors} text={text} onText={setText} onChange={onChange} />
      <LuckNote by={view.sort.by} />
      <div className="screener-toolbar">
        <p role="status" aria-live="polite">
          {countMatches(rows.length, table.length)}
        </p>
        <BoundsFields bounds={view.bounds} onChange={onChange} />
        <ColumnChoice shown={view.columns} onChange={onChange} />
        <button
          type="button"
          className="button"
          onClick={() => saveMatches(screener, rows)}
        >
          Save as CSV
        </button>
      </div>
      {rows.length === 0 ? (
        <NoMatch isNamed={view.isNamed} leaderboard={leaderboard} />
      ) : (
        <ScreenerTable
          columns={screener.columns}
          rows={rows}
          view={view}
          isAdjusted={screener.universe.adjusted}
          onChange={onChange}
        />
      )}
    </>
  )
}
