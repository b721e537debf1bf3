import { NO_FILTER, type ScreenerView } from '@/address/screener-view'

interface Preset {
  name: string
  meaning: string
  change: Partial<ScreenerView>
}

const OPEN = NO_FILTER.bounds
const CALM_PERCENTILE = 20
const WIDE_PERCENTILE = 90

/** Filters with a name. Each is an address, and replaces the filters and the order; columns, horizon and level stay. */
export const PRESETS: readonly Preset[] = [
  { name: 'All symbols', meaning: 'No filter, by symbol', change: {} },
  {
    name: 'Calm today',
    meaning: `The expected range is among the lowest ${String(CALM_PERCENTILE)} % of the symbol’s own year`,
    change: {
      bounds: { ...OPEN, range_percentile_own: [null, CALM_PERCENTILE] },
      sort: { by: 'range_percentile_own', isDescending: false },
    },
  },
  {
    name: 'Unusually wide for itself',
    meaning: `The interval is among the widest ${String(100 - WIDE_PERCENTILE)} % of the symbol’s own year`,
    change: {
      bounds: { ...OPEN, width_percentile_own: [WIDE_PERCENTILE, null] },
      sort: { by: 'width_percentile_own', isDescending: true },
    },
  },
  {
    name: 'Named beyond luck',
    meaning: 'The symbols that the leaderboard names: by q-value, in both periods, and over the whole universe',
    change: { isNamed: true },
  },
  {
    name: 'Behind',
    meaning: 'Sessions are over whose bars have not been loaded',
    change: { bounds: { ...OPEN, sessions_behind: [1, null] }, sort: { by: 'sessions_behind', isDescending: true } },
  },
]

/** Applies a preset to a view. */
export function applyPreset(view: ScreenerView, { change }: Preset): ScreenerView {
  return { ...view, ...NO_FILTER, ...change }
}

type Filters = Omit<ScreenerView, 'columns' | 'horizon' | 'level'>

function describe({ find, sector, verdict, isCurrent, isBetterTwice, isNamed, bounds, sort }: Filters): string {
  return JSON.stringify([find, sector, verdict, isCurrent, isBetterTwice, isNamed, Object.entries(bounds), sort])
}

/** Whether the view is the one that the preset makes. */
export function isPreset(view: ScreenerView, preset: Preset): boolean {
  return describe(view) === describe(applyPreset(view, preset))
}
