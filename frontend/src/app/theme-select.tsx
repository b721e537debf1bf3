import { useSyncExternalStore } from 'react'
import { onThemeChange, setTheme, theme, THEMES } from '@/lib/theme'

const NAMES = { system: 'System', light: 'Light', dark: 'Dark' } as const

export function ThemeSelect() {
  const chosen = useSyncExternalStore(onThemeChange, theme)
  return (
    <label className="theme-select">
      <span className="visually-hidden">Theme</span>
      <select
        value={chosen}
        onChange={(event) => setTheme(THEMES.find((option) => option === event.target.value) ?? 'system')}
      >
        {THEMES.map((option) => (
          <option key={option} value={option}>
            {NAMES[option]}
          </option>
        ))}
      </select>
    </label>
  )
}
