import type { Stock } from '@/api/gen/types.gen'
import { formatCount } from '@/lib/format'

/** Describes how many sessions of its calendar a symbol lacks at the end; null if none. */
export function describeStaleness({ sessions_behind: behind }: Stock): string | null {
  if (behind == null || behind === 0) return null
  return `${formatCount(behind, 'session')} behind`
}
