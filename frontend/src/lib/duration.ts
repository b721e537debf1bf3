const MINUTE = 60
const HOUR = 3600

/** A duration in rough words: "under a minute" is written in seconds, then minutes, then hours. */
export function roughDuration(seconds: number): string {
  if (seconds < 1.5 * MINUTE) return `${String(Math.max(1, Math.round(seconds)))} s`
  if (seconds < 1.5 * HOUR) return `${String(Math.round(seconds / MINUTE))} min`
  return `${(seconds / HOUR).toFixed(1)} h`
}
