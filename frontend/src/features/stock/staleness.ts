const DAY_MS = 24 * 60 * 60 * 1000
const DAYS_OF_A_YEAR = 365.25
const FRESH_DAYS = 10 // no exchange is closed for longer
const YEARS_FROM = 2 // ages below this are given in days

function formatAge(days: number): string {
  const years = Math.floor(days / DAYS_OF_A_YEAR)
  return years < YEARS_FROM ? `${String(days)} days` : `${String(years)} years`
}

/** Describes the age of an old last bar; null if it is recent. */
export function describeStaleness(last: string, now: Date): string | null {
  const days = Math.floor((now.getTime() - Date.parse(last)) / DAY_MS)
  if (!(days > FRESH_DAYS)) return null
  return `The last bar is ${formatAge(days)} old: the forecast dates have already passed.`
}
