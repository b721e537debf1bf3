import type { ColumnName } from '@/address/screener-view'
import type { ScreenerColumns } from '@/api/gen/types.gen'
import { count, countDigits, decimal, modelName, percent, price, session, signedPercent, skillEstimate } from '@/lib/format'

interface ColumnInfo {
  /** The heading, with the unit of its numbers. */
  name: string
  meaning: string
  isText?: boolean
  /** Whether the first click sorts the highest value to the top. */
  isHighFirst?: boolean
  width: 'small' | 'medium' | 'large'
  /** Writes the cell of a row; empty for a column that is drawn. */
  write: (columns: ScreenerColumns, row: number) => string
}

const NONE = '–'
const STEPS_PER_WIDTH = 2000 // the width is in percent: twenty steps of the last digit
export const VERDICT_NAMES = { better: 'was better', no_better: 'no better', too_early: 'too early to tell' } as const

const share = (value: number | null | undefined): string =>
  value == null ? NONE : percent(value / 100, value < 1 ? 2 : 1)

/** Writes a change over so many sessions, with a mark if a jump lies in it. */
function writeChange(value: number | null | undefined, sinceJump: number | null | undefined, sessions: number): string {
  const isJump = (sinceJump ?? sessions) < sessions
  return `${signedPercent(value == null ? null : value / 100)}${isJump ? ' *' : ''}`
}

const rank = (value: number | null | undefined): string => (value == null ? NONE : count(value))

/** Writes the last close with the digits that its interval needs: two for most shares, four for EUR/USD. */
function writeClose({ close, width }: ScreenerColumns, row: number): string {
  const value = close[row] ?? null
  const step = ((value ?? 0) * (width[row] ?? 0)) / STEPS_PER_WIDTH
  return price(value, step > 0 ? Math.max(2, countDigits(step)) : undefined)
}

function writeSkill({ skill, lower, upper }: ScreenerColumns, row: number): string {
  const estimate = skillEstimate({ skill: skill[row] ?? null, lower: lower[row] ?? null, upper: upper[row] ?? null })
  return estimate.range === null ? estimate.value : `${estimate.value} (${estimate.range})`
}

function writeScore({ interval_score: own, score_of_plain_band: plain }: ScreenerColumns, row: number): string {
  return `${price(own[row] ?? null)} (${price(plain[row] ?? null)})`
}

/** How many sessions the bars are behind, and whether they are newer than the row. */
function writeBars({ sessions_behind: behind, is_current: isCurrent }: ScreenerColumns, row: number): string {
  const sessions = behind[row]
  const lag = sessions == null ? NONE : sessions === 0 ? 'up to date' : `${count(sessions)} behind`
  if (isCurrent[row] !== false) return lag
  return sessions == null || sessions === 0 ? 'changed since' : `${lag}, changed`
}

export const COLUMN_INFO: Readonly<Record<ColumnName, ColumnInfo>> = {
  name: {
    name: 'Name',
    meaning: 'The company.',
    isText: true,
    width: 'large',
    write: ({ name }, row) => name[row] ?? NONE,
  },
  sector: {
    name: 'Sector',
    meaning: 'As the symbol’s details say.',
    isText: true,
    width: 'medium',
    write: ({ sector }, row) => sector[row] ?? NONE,
  },
  spark: { name: 'Last 30 closes', meaning: 'Each on its own scale: shape only.', width: 'small', write: () => '' },
  last_session: {
    name: 'Last session',
    meaning: 'Of the last bar.',
    width: 'medium',
    isHighFirst: true,
    write: ({ last_session: last }, row) => session(last[row] ?? NONE),
  },
  close: {
    name: 'Close',
    meaning: 'The last close, in the price’s currency.',
    width: 'medium',
    isHighFirst: true,
    write: writeClose,
  },
  change_1: {
    name: '1 session',
    meaning: 'Change of the close over the last session, in percent. * A jump as in a split lies in it.',
    width: 'small',
    isHighFirst: true,
    write: ({ change_1: change, sessions_since_jump: since }, row) => writeChange(change[row], since[row], 1),
  },
  change_5: {
    name: '5 sessions',
    meaning: 'Change of the close over 5 sessions, in percent. * A jump as in a split lies in it.',
    width: 'small',
    isHighFirst: true,
    write: ({ change_5: change, sessions_since_jump: since }, row) => writeChange(change[row], since[row], 5),
  },
  change_20: {
    name: '20 sessions',
    meaning: 'Change of the close over 20 sessions, in percent. * A jump as in a split lies in it.',
    width: 'small',
    isHighFirst: true,
    write: ({ change_20: change, sessions_since_jump: since }, row) => writeChange(change[row], since[row], 20),
  },
  expected_range: {
    name: 'Expected range',
    meaning: 'Between low and high of the next session, or of the next 5, in percent of the low. Not at other horizons.',
    width: 'small',
    isHighFirst: true,
    write: (columns, row) => share(columns.expected_range[row]),
  },
  range_percentile: {
    name: 'Range, of all',
    meaning: 'Percentile of the expected range among the symbols: 90 is wider than 90 % of them.',
    width: 'small',
    isHighFirst: true,
    write: (columns, row) => rank(columns.range_percentile[row]),
  },
  range_percentile_own: {
    name: 'Range, of its year',
    meaning: 'Percentile of the expected range among the symbol’s own ranges of its last 250 sessions.',
    width: 'small',
    isHighFirst: true,
    write: (columns, row) => rank(columns.range_percentile_own[row]),
  },
  width: {
    name: 'Interval width',
    meaning: 'From the lower to the upper end of the interval at the chosen level, in percent of the close.',
    width: 'small',
    isHighFirst: true,
    write: (columns, row) => share(columns.width[row]),
  },
  width_percentile: {
    name: 'Width, of all',
    meaning: 'Percentile of the interval’s width among the symbols.',
    width: 'small',
    isHighFirst: true,
    write: (columns, row) => rank(columns.width_percentile[row]),
  },
  width_percentile_own: {
    name: 'Width, of its year',
    meaning: 'Percentile of the interval’s width among the symbol’s own widths of its last 250 sessions.',
    width: 'small',
    isHighFirst: true,
    write: (columns, row) => rank(columns.width_percentile_own[row]),
  },
  verdict: {
    name: 'Best model',
    meaning: 'Whether the best of the models was better than no change beyond chance on this symbol, seen alone.',
    isText: true,
    width: 'medium',
    write: ({ verdict }, row) => VERDICT_NAMES[verdict[row] ?? 'too_early'],
  },
  model: {
    name: 'Model',
    meaning: 'The model with the most significant skill on this symbol.',
    isText: true,
    width: 'medium',
    write: ({ model }, row) => modelName(model[row] ?? NONE),
  },
  skill: {
    name: 'Skill (95 % CI)',
    meaning: 'Of that model: 1 − its mean error / that of no change. Among many symbols the highest are the lucky ones.',
    width: 'large',
    isHighFirst: true,
    write: writeSkill,
  },
  p_value: {
    name: 'p-value',
    meaning: 'Chance that the best of the models does so well on this symbol without skill.',
    width: 'small',
    write: ({ p_value: p }, row) => decimal(p[row] ?? null),
  },
  q_value: {
    name: 'q-value',
    meaning: 'Share of false discoveries if this symbol and all more certain ones are called better.',
    width: 'small',
    write: ({ q_value: q }, row) => decimal(q[row] ?? null),
  },
  better_twice: {
    name: 'Better in both halves',
    meaning: 'Whether that model was better in the first and in the second half of the sessions.',
    isText: true,
    isHighFirst: true,
    width: 'small',
    write: ({ better_twice: isTwice }, row) => (isTwice[row] === true ? 'yes' : 'no'),
  },
  coverage: {
    name: 'Coverage',
    meaning: 'Share of closes inside the interval, in the test sessions. It should be close to the level.',
    width: 'small',
    isHighFirst: true,
    write: ({ coverage }, row) => percent(coverage[row] ?? null, 1),
  },
  interval_score: {
    name: 'Interval score (plain band)',
    meaning: 'In mean moves of the symbol; lower is better. In brackets, that of the plain normal band.',
    width: 'medium',
    write: writeScore,
  },
  n_findings: {
    name: 'Findings',
    meaning: 'What is known to be doubtful about the bars: see the symbol’s Data panel.',
    width: 'small',
    isHighFirst: true,
    write: ({ n_findings: n }, row) => count(n[row] ?? 0),
  },
  sessions_behind: {
    name: 'Bars',
    meaning: 'How many sessions are over without a bar, and whether the bars changed since the run that computed the row.',
    isText: true,
    width: 'medium',
    isHighFirst: true,
    write: writeBars,
  },
}
