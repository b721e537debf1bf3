import { formatFileSize } from './load-text'

/** What the services read; a browser offers these in its file dialog. */
export const EXTENSIONS = [
  ...['csv', 'tsv', 'txt', 'tab', 'psv', 'prn', 'dat', 'json', 'jsonl', 'ndjson', 'parquet', 'pq', 'arrow', 'feather'],
  ...['ftr', 'ipc', 'xlsx', 'xlsm', 'xls'],
  ...['gz', 'xz', 'bz2', 'zip'],
] as const
const MAX_BYTES = 32 * 1024 * 1024 // the default of the services

/** Says why a file cannot be loaded, before any of it is sent; null if it can. */
export function refuseFile({ name, size }: Pick<File, 'name' | 'size'>): string | null {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  if (name.includes('.') && !EXTENSIONS.some((known) => known === extension)) {
    return `${name} is not a file of bars. CSV, Excel, Parquet, JSON and Arrow can be read, also compressed.`
  }
  if (size === 0) return `${name} is empty.`
  if (size <= MAX_BYTES) return null
  return (
    `${name} is ${formatFileSize(size)}, and uploads are limited to ${formatFileSize(MAX_BYTES)}. ` +
    'Load it on the server instead: make load FILE=…'
  )
}
