export function normaliseSymbol(typed: string): string {
  return typed.trim().toUpperCase()
}
