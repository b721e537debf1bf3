import type { Universe } from '@/api/gen/types.gen'
import { count, formatCount, moment } from '@/lib/format'

/** What an answer was computed from, and when. */
export function UniverseNotes({ universe }: { universe: Universe }) {
  const { n_symbols: nSymbols, n_failed: nFailed, windows, adjusted, fingerprint, run_id: id, ended_at: endedAt } = universe
  const failed = nFailed === 0 ? '' : ` ${count(nFailed)} could not be evaluated.`
  return (
    <p className="fine-print universe-notes">
      {formatCount(nSymbols, 'symbol')}, {nSymbols === 1 ? '' : 'each '}over its last {count(windows)} test sessions at most,
      computed{adjusted && ' from adjusted prices'}{' '}
      <time dateTime={endedAt}>{moment(endedAt)}</time>.{failed}{' '}
      <span title="Digest of the symbols and their revisions: equal universes have equal fingerprints.">
        Universe <code>{fingerprint.slice(0, 8)}</code>
      </span>
      , run <code>{id.slice(0, 8)}</code>.
    </p>
  )
}
