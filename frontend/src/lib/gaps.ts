/** The part of a finding that names sessions. */
interface Listed {
  sessions: readonly string[]
}

/** Consecutive sessions without bars. */
export interface Gap {
  /** The session of the last bar before. */
  after: string
  /** The session of the next bar. */
  before: string
  /** Ascending. */
  missing: readonly string[]
}

const DAY_MS = 24 * 60 * 60 * 1000
const FRIDAY = 5
const LONGEST_HOLIDAY = 7 // weekdays, as at the Chinese New Year
const WEEK = 7

function toDay(session: string): number {
  return Date.parse(session) / DAY_MS
}

function toSession(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

function isWeekend(day: number): boolean {
  const weekday = new Date(day * DAY_MS).getUTCDay()
  return weekday === 0 || weekday > FRIDAY
}

/** Whether some of the last bars are on weekends, as those of currencies that trade every day. */
function tradesOnWeekends(sessions: readonly string[]): boolean {
  return sessions.slice(-WEEK).some((session) => isWeekend(toDay(session)))
}

/**
 * Finds the sessions without bars between the first and the last of `sessions`, which are ascending: those that
 * `finding` lists, and the weekdays of every pause that is longer than any holiday.
 */
export function findGaps(sessions: readonly string[], finding?: Listed): Gap[] {
  const listed = new Set(finding?.sessions)
  const everyDay = tradesOnWeekends(sessions)
  return sessions.flatMap((after, i): Gap[] => {
    const before = sessions[i + 1]
    if (before === undefined) return []
    const [from, to] = [toDay(after), toDay(before)]
    if (to - from === 1) return []
    const days = Array.from({ length: to - from - 1 }, (_, n) => from + 1 + n)
    const open = everyDay ? days : days.filter((day) => !isWeekend(day))
    const missing = open.length > LONGEST_HOLIDAY ? open.map(toSession) : open.map(toSession).filter((day) => listed.has(day))
    return missing.length === 0 ? [] : [{ after, before, missing }]
  })
}
