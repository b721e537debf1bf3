import { DEFAULT_VIEW, type View, writeSearch } from './view'

export const paths = { home: '/', docs: '/docs', charts: 'https://www.tradingview.com/' } as const

/** The address of a symbol, or of the start, as it is seen. */
export function addressOf(symbol?: string, view: View = DEFAULT_VIEW): string {
  const text = new URLSearchParams(writeSearch(symbol, view)).toString().replaceAll('%2C', ',')
  return text === '' ? paths.home : `${paths.home}?${text}`
}
