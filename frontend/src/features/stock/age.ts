const DAY_MS = 24 * 60 * 60 * 1000
const DAYS_OF_A_YEAR = 365.25
const FRESH_DAYS = 10 // no exchange is closed for longer
const YEARS_FROM = 2 // below it, days say more

function age(days: number): string {
  const years = Math.floor(days / DAYS_OF_A_YEAR)
  return years < YEARS_FROM ? `${String(days)} days` : `${String(years)} years`
}

/** What a reader must know of a last bar that is old; null if it is not. */
export function staleness(last: string, now: Date): string | null {
  const days = Math.floor((now.getTime() - Date.parse(last)) / DAY_MS)
  if (!(days > FRESH_DAYS)) return null
  return `The last bar is ${age(days)} old: what is forecast from it is past.`
}
