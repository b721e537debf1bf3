interface Column {
  name: string
  meaning: string
}

/** The columns of the models' table after the name, with what each number means. */
export const COLUMNS: readonly Column[] = [
  {
    name: 'Skill (95 % CI)',
    meaning: '1 − the mean error / that of no change, over all symbols, each session’s errors pooled first. Above 0 is better.',
  },
  { name: 'Best of all?', meaning: 'Whether the model is in the 95 % model confidence set: those that chance cannot tell from the best.' },
  { name: 'Win rate', meaning: 'Share of symbols with a skill above zero. Without skill it is mostly below half; symbols that move together win together.' },
  {
    name: 'Looks better on',
    meaning: 'Symbols on which it looks better than no change, and the counts that luck alone gives (95 of 100 times).',
  },
  { name: 'Worse on', meaning: 'Symbols on which it is worse than no change beyond chance.' },
  { name: 'Coverage', meaning: 'Mean share of closes inside the prediction interval; it should be close to the level.' },
  {
    name: 'Interval score',
    meaning: 'Width and misses of the intervals, in mean moves of each symbol; lower is better. Below it, that of the plain normal band.',
  },
  { name: 'Time', meaning: 'Mean time of one symbol’s walk-forward, in milliseconds of one core.' },
  { name: 'Failures', meaning: 'Symbols on which the model could not be compared with no change.' },
]
