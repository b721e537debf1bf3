/** Finds the option that is written like `text`. */
export function parseOption<T>(options: readonly T[], text: unknown, fallback: T): T {
  return options.find((value) => String(value) === text) ?? fallback
}
