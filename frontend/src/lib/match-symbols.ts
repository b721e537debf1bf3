export const MAX_SUGGESTIONS = 4

export function normaliseSymbol(typed: string): string {
  return typed.trim().toUpperCase()
}

export function matchSymbols(symbols: readonly string[], typed: string): string[] {
  const query = normaliseSymbol(typed)
  if (query === '') return []
  const upper = (symbol: string): string => symbol.toUpperCase()
  const prefixed = symbols.filter((symbol) => upper(symbol).startsWith(query))
  const contained = symbols.filter((symbol) => upper(symbol).indexOf(query) > 0)
  return [...prefixed, ...contained].slice(0, MAX_SUGGESTIONS)
}
