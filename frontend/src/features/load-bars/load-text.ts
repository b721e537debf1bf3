const KILOBYTE = 1000
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

export function formatFileSize(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(KILOBYTE)), UNITS.length - 1)
  const unit = UNITS[power] ?? 'byte'
  const unitDisplay = unit === 'byte' ? 'long' : 'short'
  const format = new Intl.NumberFormat('en-GB', { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 })
  return format.format(bytes / KILOBYTE ** power)
}
