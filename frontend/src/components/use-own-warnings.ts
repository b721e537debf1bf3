import { useQuery } from '@tanstack/react-query'
import type { Warning } from '@/api/gen/types.gen'
import { getStock } from '@/api/get-stock'
import { selectFindings } from '@/lib/findings'

/** Warnings that say the same as a finding about the bars. */
const FINDING_OF: Readonly<Record<string, string>> = {
  split_like_jump: 'split_like_jump',
  long_gap: 'missing_sessions',
  unreadable_rows: 'rows_skipped',
  wrong_rows: 'wrong_rows',
  jump_over_gap: 'jump_over_gap',
  newest_row_rejected: 'newest_row_rejected',
}

/** Leaves out the warnings that the Data panel has already, with their dates. */
export function useOwnWarnings(symbol: string, isAdjusted: boolean, warnings: readonly Warning[]): Warning[] {
  const { data: stock } = useQuery(getStock(symbol))
  const findings = selectFindings(stock?.findings ?? [], isAdjusted)
  const found = new Set(findings.map(({ code }) => (isAdjusted && code === 'adjusted_jump' ? 'split_like_jump' : code)))
  return warnings.filter(({ code }) => !found.has(FINDING_OF[code] ?? ''))
}
