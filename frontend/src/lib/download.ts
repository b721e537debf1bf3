type Cell = string | number | null

// Where a spreadsheet sees the start of a formula, as in services/data/files/export.py.
const FORMULA = /(^|[;\r\n])(?=\s*[=+\-@＝＋－＠]|[\t\r\n])/g
const LINE = 18
const MARGIN = 12
const UNTIL_SAVED_MS = 60_000 // browsers read the file after the click: revoked at once, the download sometimes fails

export function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), UNTIL_SAVED_MS)
}

/** Quotes text where it must be, and prefixes with an apostrophe what a spreadsheet would run as a formula. */
function writeCell(cell: Cell): string {
  if (typeof cell !== 'string') return String(cell ?? '')
  const text = cell.replaceAll(FORMULA, "$1'")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Writes numbers unformatted, null as an empty cell, and text as the API does. */
export function buildCsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [columns, ...rows].map((row) => row.map(writeCell).join(',')).join('\n') + '\n'
}

export function downloadCsv(name: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
  save(new Blob([buildCsv(columns, rows)], { type: 'text/csv' }), name)
}

/** Wraps text at spaces, so that no line is wider than `width`. */
function wrap(context: CanvasRenderingContext2D, text: string, width: number): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const longer = [...lines.slice(-1), word].join(' ')
    return context.measureText(longer).width > width ? [...lines, word] : [...lines.slice(0, -1), longer]
  }, [])
}

/** Saves a picture with a caption, so that it can be understood on its own. */
export function downloadPng(name: string, picture: HTMLCanvasElement, caption: readonly string[]): void {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('This browser cannot create the image.')
  const scale = window.devicePixelRatio
  const style = getComputedStyle(document.body)
  const font = `13px ${style.fontFamily}`
  context.font = font
  const lines = caption.flatMap((text) => wrap(context, text, picture.width / scale - 2 * MARGIN))
  canvas.width = picture.width
  canvas.height = picture.height + (MARGIN * 2 + lines.length * LINE) * scale // this also resets the font
  context.fillStyle = getComputedStyle(document.documentElement).backgroundColor
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(picture, 0, 0)
  context.scale(scale, scale)
  context.font = font
  context.fillStyle = style.color
  lines.forEach((line, i) => context.fillText(line, MARGIN, picture.height / scale + MARGIN + LINE * (i + 0.75)))
  canvas.toBlob((blob) => {
    if (blob !== null) save(blob, name)
  }, 'image/png')
}
