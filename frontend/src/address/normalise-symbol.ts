/** Writes a symbol as the gateway does: upper case, and "-" for "/" and "_". */
export function normaliseSymbol(typed: string): string {
  return typed.trim().toUpperCase().replaceAll(/[/_]/g, '-')
}
