const LOCALE = 'en-GB'
const NOT_DEFINED = '–'

const day = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 })

const fixed = (digits: number, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat =>
  new Intl.NumberFormat(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits, ...options })

const cents = fixed(2)
const signedCents = fixed(2, { signDisplay: 'exceptZero' })
const fourDigits = fixed(4)
const percents = [0, 1, 2].map((digits) => fixed(digits))

function typographic(text: string): string {
  return text.replace('-', '−')
}

function write(format: Intl.NumberFormat, value: number | null): string {
  return value === null || !Number.isFinite(value) ? NOT_DEFINED : typographic(format.format(value))
}

export function price(value: number | null): string {
  return write(value !== null && Math.abs(value) < 1 ? fourDigits : cents, value)
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

export function modelName(name: string): string {
  return name.replaceAll('_', ' ')
}

export function count(value: number): string {
  return write(whole, value)
}

export function percent(share: number | null, digits: 0 | 1 | 2 = 0): string {
  if (share === null || !Number.isFinite(share)) return NOT_DEFINED
  return `${write(percents[digits] ?? whole, share * 100)} %`
}

export function session(value: string): string {
  const date = new Date(`${value}T00:00:00Z`)
  return Number.isNaN(date.getTime()) ? value : day.format(date)
}
