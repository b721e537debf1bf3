import type { SkillEstimate } from '@/api/gen/types.gen'

const LOCALE = 'en-GB' // of the text, which says "1.5 times" and not "1,5 times"; dates follow the reader
const NOT_DEFINED = '–'

/** Each is made when it is first needed: a formatter costs milliseconds, and the page starts without any. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

const fixed = (digits: number, options: Intl.NumberFormatOptions = {}) =>
  once(
    () => new Intl.NumberFormat(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits, ...options }),
  )
const dates = (options: Intl.DateTimeFormatOptions) =>
  once(() => new Intl.DateTimeFormat(navigator.languages, { ...options, timeZone: 'UTC' }))

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const
const day = dates(DAY)
const minute = dates({ ...DAY, hour: '2-digit', minute: '2-digit', timeZoneName: 'short' })
const whole = fixed(0)
const tenths = fixed(1)
const cents = fixed(2)
const signedCents = fixed(2, { signDisplay: 'exceptZero' })
const fourDigits = fixed(4)
const skills = { coarse: fixed(2, { signDisplay: 'negative' }), fine: fixed(3, { signDisplay: 'negative' }) }
const FINE_BELOW = 0.02 // a narrower interval has the same two ends with two digits
const percents = { 0: whole, 1: tenths, 2: cents } as const

function typographic(text: string): string {
  return text.replace('-', '−')
}

function write(format: () => Intl.NumberFormat, value: number | null): string {
  return value === null || !Number.isFinite(value) ? NOT_DEFINED : typographic(format().format(value))
}

export function price(value: number | null): string {
  return write(value !== null && value !== 0 && Math.abs(value) < 1 ? fourDigits : cents, value)
}

export function difference(value: number | null): string {
  return write(signedCents, value)
}

export function decimal(value: number | null): string {
  return write(fourDigits, value)
}

export function skill(value: number | null): string {
  return write(signedCents, value)
}

/** A skill and its interval with as many digits as the verdicts in words have. */
export function skillEstimate({ skill: value, lower, upper }: Pick<SkillEstimate, 'skill' | 'lower' | 'upper'>): {
  value: string
  range: string | null
} {
  if (lower === null || upper === null) return { value: write(skills.coarse, value), range: null }
  const format = upper - lower < FINE_BELOW ? skills.fine : skills.coarse
  return { value: write(format, value), range: `${write(format, lower)} to ${write(format, upper)}` }
}

export function modelName(name: string): string {
  return name.replaceAll('_', ' ')
}

export function count(value: number): string {
  return write(whole, value)
}

export function percent(share: number | null, digits: 0 | 1 | 2 = 0): string {
  if (share === null || !Number.isFinite(share)) return NOT_DEFINED
  return `${write(percents[digits], share * 100)} %`
}

export function session(value: string): string {
  const date = new Date(`${value}T00:00:00Z`)
  return Number.isNaN(date.getTime()) ? value : day().format(date)
}

/** An instant, to the minute. */
export function moment(value: string): string {
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? value : minute().format(date)
}

/** A change as a signed percentage. */
export function signedPercent(share: number | null): string {
  return share === null || !Number.isFinite(share) ? NOT_DEFINED : `${write(signedCents, share * 100)} %`
}
