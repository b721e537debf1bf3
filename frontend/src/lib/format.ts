const NOT_DEFINED = '–'

/** Creates a value at its first use: creating a formatter takes milliseconds, which the start of the page is spared. */
function lazily<T>(make: () => T): () => T {
  let value: T | undefined
  return () => (value ??= make())
}

/** Isolates a date that is written from right to left: numbers after it would be drawn before it, their signs turned. */
const isolate = (text: string): string => (/[\u0590-\u08ff]/.test(text) ? `\u2068${text}\u2069` : text)

function dates(options: Intl.DateTimeFormatOptions): (date: Date) => string {
  const format = lazily(() => new Intl.DateTimeFormat(navigator.languages, { ...options, timeZone: 'UTC' }))
  return (date) => isolate(format().format(date))
}

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const
const day = dates(DAY)
const dayOfMonth = dates({ day: 'numeric', month: 'short' })
const weekday = dates({ weekday: 'short', day: 'numeric', month: 'short' })
const weekdayOfYear = dates({ weekday: 'short', ...DAY })
const minute = dates({ ...DAY, hour: '2-digit', minute: '2-digit', timeZoneName: 'short' })

/**
 * Formats a number in English style: 1,234.50, and −0.50 with a real minus sign; dates follow the browser's locale. It
 * avoids `Intl.NumberFormat`, whose first use takes 15 ms, longer than formatting all numbers of a page.
 */
function formatNumber(value: number | null, digits: number, isSigned = false): string {
  if (value === null || !Number.isFinite(value)) return NOT_DEFINED
  const [whole = '', ...decimals] = Math.abs(value).toFixed(digits).split('.')
  const text = [whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ','), ...decimals].join('.')
  if (!/[1-9]/.test(text)) return text
  if (value < 0) return `−${text}`
  return isSigned ? `+${text}` : text
}

const LEAST_DIGITS = 2
const MOST_DIGITS = 10
const N_RECENT = 250
const STEPS_PER_MOVE = 20
const STEPS_PER_RANGE = 20

function countDecimals(value: number): number {
  const decimals = value.toFixed(MOST_DIGITS).replace(/0+$/, '').split('.')[1] ?? ''
  return decimals.length
}

/** How many decimals show a step of this size. */
export function countDigits(step: number): number {
  return Math.min(MOST_DIGITS, Math.max(0, Math.ceil(-Math.log10(step))))
}

/**
 * Computes how many digits the prices of a symbol need, so that its typical move from one close to the next is twenty
 * steps of the last digit: two for most shares, four for EUR/USD. No more than its closes have.
 */
export function priceDigits(closes: readonly (number | null)[]): number {
  const recent = closes.filter((close) => close !== null).slice(-N_RECENT)
  const moves = recent.flatMap((close, i) => {
    const move = Math.abs(close - (recent[i - 1] ?? close))
    return move === 0 ? [] : [move]
  })
  const typical = moves.toSorted((a, b) => a - b)[Math.floor(moves.length / 2)]
  const known = recent.reduce((most, close) => Math.max(most, countDecimals(close)), LEAST_DIGITS)
  const needed = typical === undefined ? known : countDigits(typical / STEPS_PER_MOVE)
  return Math.max(LEAST_DIGITS, Math.min(needed, known))
}

/** Without `digits`, chooses them by the value. */
export function price(value: number | null, digits?: number): string {
  const isSmall = value !== null && Math.abs(value) < 1 && Math.abs(value) > 10 ** -MOST_DIGITS
  return formatNumber(value, digits ?? (isSmall ? Math.max(4, countDigits(Math.abs(value) * 0.010001)) : LEAST_DIGITS))
}

export function difference(value: number | null, digits = LEAST_DIGITS): string {
  return formatNumber(value, digits, true)
}

/** Formats the ends of an interval with the fewest digits that keep its width: 209 to 261, or 1.16 to 1.18. */
export function roughRange(lower: number, upper: number): string {
  const digits = countDigits((upper - lower || lower / 100) / STEPS_PER_RANGE)
  return `${formatNumber(lower, digits)} and ${formatNumber(upper, digits)}`
}

export function decimal(value: number | null): string {
  return formatNumber(value, 4)
}

export function skill(value: number | null): string {
  return formatNumber(value, 2, true)
}

interface Estimate {
  skill: number | null
  lower: number | null
  upper: number | null
}

/** How many digits show that the ends differ, and on which side of zero each lies; the API's verdicts have as many. */
function countSkillDigits(lower: number, upper: number): number {
  const isEnough = (digits: number): boolean => {
    const unit = 10 ** -digits
    return upper - lower >= 2 * unit && [lower, upper].every((end) => end === 0 || Math.abs(end) >= unit / 2)
  }
  return [2, 3].find(isEnough) ?? 4
}

/** Formats a skill and its confidence interval. */
export function skillEstimate({ skill: value, lower, upper }: Estimate): {
  value: string
  range: string | null
} {
  if (lower === null || upper === null) return { value: formatNumber(value, 2), range: null }
  const digits = countSkillDigits(lower, upper)
  return { value: formatNumber(value, digits), range: `${formatNumber(lower, digits)} to ${formatNumber(upper, digits)}` }
}

export function modelName(name: string): string {
  return name === 'persistence' ? 'no change' : name.replaceAll('_', ' ')
}

export function count(value: number): string {
  return formatNumber(value, 0)
}

/** A number of things, as in "1 session" or "1,234 sessions". */
export function formatCount(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`
}

/** Less than all is never written as 100 %. */
export function percent(share: number | null, digits: 0 | 1 | 2 = 0): string {
  if (share === null || !Number.isFinite(share)) return NOT_DEFINED
  return `${formatNumber(share < 1 ? Math.min(share * 100, 100 - 10 ** -digits) : share * 100, digits)} %`
}

export function session(value: string): string {
  const date = new Date(`${value}T00:00:00Z`)
  return Number.isNaN(date.getTime()) ? value : day(date)
}

/** A session without its year. */
export function dayAndMonth(value: string): string {
  return dayOfMonth(new Date(`${value}T00:00:00Z`))
}

/** A session with its weekday, and its year unless it is the current one. */
export function sessionInWords(value: string): string {
  const date = new Date(`${value}T00:00:00Z`)
  if (Number.isNaN(date.getTime())) return value
  return (date.getUTCFullYear() === new Date().getUTCFullYear() ? weekday : weekdayOfYear)(date)
}

/** An instant, to the minute. */
export function moment(value: string): string {
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? value : minute(date)
}

/** A change as a signed percentage. */
export function signedPercent(share: number | null): string {
  return share === null || !Number.isFinite(share) ? NOT_DEFINED : `${formatNumber(share * 100, 2, true)} %`
}
