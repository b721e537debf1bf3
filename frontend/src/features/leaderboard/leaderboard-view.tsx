import type { Leaderboard } from '@/api/gen/types.gen'
import { UniverseNotes } from '@/components/runs/universe-notes'
import { count, session } from '@/lib/format'
import { chance } from './chance'
import { ModelTable } from './models/model-table'
import { NamedSymbols } from './named-symbols'
import { RangeSkill } from './range-skill'

function LuckInNumbers({ leaderboard }: { leaderboard: Leaderboard }) {
  const { p_value: p, n_compared: nCompared, n_better: nBetter, n_discoveries: nDiscoveries, by_chance: luck } = leaderboard
  return (
    <dl className="luck-facts">
      <div>
        <dt>Symbols that look better</dt>
        <dd>
          {count(nBetter)} of {count(nCompared)}
        </dd>
        <dd className="fine-print">
          on which some model seems better than no change; luck alone gives {count(luck.low)} to {count(luck.high)}
        </dd>
      </div>
      <div>
        <dt>Left after Benjamini and Hochberg</dt>
        <dd>{count(nDiscoveries)}</dd>
        <dd className="fine-print">symbols with a q-value of at most 0.05; the symbols of one session move together, so luck makes some too</dd>
      </div>
      <div>
        <dt>Chance of the best by luck</dt>
        <dd>{chance(p)}</dd>
        <dd className="fine-print">how often luck makes the best of all models and symbols look as good; below 0.05 is beyond luck</dd>
      </div>
    </dl>
  )
}

export function LeaderboardView({ leaderboard }: { leaderboard: Leaderboard }) {
  const { universe, sentence, n_sessions: nSessions, first_session: first, last_session: last } = leaderboard
  return (
    <>
      <p className="chance-sentence">{sentence}</p>
      <UniverseNotes universe={universe} />
      <p className="fine-print universe-notes">
        Compared over {count(nSessions)} sessions that most symbols share,{' '}
        <time dateTime={first}>{session(first)}</time> to <time dateTime={last}>{session(last)}</time>.
      </p>
      <LuckInNumbers leaderboard={leaderboard} />
      <ModelTable leaderboard={leaderboard} />
      <NamedSymbols leaderboard={leaderboard} />
      <RangeSkill range={leaderboard.range} horizon={universe.horizon} />
    </>
  )
}
