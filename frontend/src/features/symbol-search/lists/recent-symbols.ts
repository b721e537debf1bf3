import { useSyncExternalStore } from 'react'
import type { StockSummary } from '@/api/gen/types.gen'
import { readStorage, writeStorage } from '@/lib/storage'

export type NamedSymbol = Pick<StockSummary, 'symbol' | 'name'>

const KEY = 'bellwether-recent-symbols'
const MOST = 8
const MOST_LETTERS = 200
const SYMBOL = /^[A-Z0-9.\-^=&]{1,15}$/
const NONE: readonly NamedSymbol[] = []
const listeners = new Set<() => void>()
let read: { text: string | null; recent: readonly NamedSymbol[] } = { text: null, recent: NONE }

function isNamedSymbol(value: unknown): value is NamedSymbol {
  if (typeof value !== 'object' || value === null || !('symbol' in value) || !('name' in value)) return false
  const { symbol, name } = value
  const isName = name === null || (typeof name === 'string' && name.length <= MOST_LETTERS)
  return typeof symbol === 'string' && SYMBOL.test(symbol) && isName
}

function parseSymbols(text: string | null): readonly NamedSymbol[] {
  try {
    const values: unknown = JSON.parse(text ?? '[]')
    if (!Array.isArray(values)) return NONE
    const bySymbol = new Map(values.filter(isNamedSymbol).map(({ symbol, name }) => [symbol, { symbol, name }]))
    return [...bySymbol.values()].slice(0, MOST)
  } catch {
    return NONE
  }
}

function remember(recent: readonly NamedSymbol[]): void {
  writeStorage('localStorage', KEY, JSON.stringify(recent))
  for (const listener of listeners) listener()
}

export function recentSymbols(): readonly NamedSymbol[] {
  const text = readStorage('localStorage', KEY)
  if (text !== read.text) read = { text, recent: parseSymbols(text) }
  return read.recent
}

export function rememberSymbol({ symbol, name }: NamedSymbol): void {
  remember([{ symbol, name }, ...recentSymbols().filter((other) => other.symbol !== symbol)].slice(0, MOST))
}

export function forgetSymbols(): void {
  remember(NONE)
}

function onChange(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

/** The symbols viewed in this browser, newest first. */
export function useRecentSymbols(): readonly NamedSymbol[] {
  return useSyncExternalStore(onChange, recentSymbols)
}
