import type { Bar } from '@/api/gen/types.gen'
import type { Gap } from '@/lib/gaps'

/** A place on the axis of the chart. */
export interface Slot {
  session: string
  /** Null for a session without a bar. */
  bar: Bar | null
}

/** Puts a slot without a bar at each missing session, so that missing time takes space. */
export function toSlots(bars: readonly Bar[], gaps: readonly Gap[]): Slot[] {
  const missingAfter = new Map(gaps.map(({ after, missing }) => [after, missing]))
  return bars.flatMap((bar): Slot[] => {
    const missing = missingAfter.get(bar.session) ?? []
    return [{ session: bar.session, bar }, ...missing.map((session) => ({ session, bar: null }))]
  })
}

/** Finds the last slot with a close, at or before the session `until`. */
export function findLastClose(slots: readonly Slot[], until: string | null): number {
  return slots.findLastIndex(({ session, bar }) => bar?.close != null && (until === null || session <= until))
}
