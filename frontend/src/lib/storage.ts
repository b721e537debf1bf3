type Area = 'localStorage' | 'sessionStorage'

/** What a browser that denies access to its storage does not hold; lost when the page is reloaded. */
const unstored = new Map<string, string>()

export function readStorage(area: Area, name: string): string | null {
  try {
    return window[area].getItem(name)
  } catch {
    return unstored.get(name) ?? null
  }
}

export function writeStorage(area: Area, name: string, value: string): void {
  try {
    window[area].setItem(name, value)
  } catch {
    unstored.set(name, value)
  }
}
