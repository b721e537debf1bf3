import { writeStorage } from './storage'

const NAME = 'bellwether-theme'
const DARK = window.matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export function theme(): Theme {
  return THEMES.find((option) => option === document.documentElement.dataset.theme) ?? 'system'
}

export function setTheme(chosen: Theme): void {
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
  writeStorage('localStorage', NAME, chosen)
  for (const listener of listeners) listener()
}

/** Calls `listener` whenever the user or the system changes the theme; returns a function that stops it. */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener)
  DARK.addEventListener('change', listener)
  return () => {
    listeners.delete(listener)
    DARK.removeEventListener('change', listener)
  }
}
