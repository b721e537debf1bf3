import type { ReactNode } from 'react'

/** Attributes shared by the plain input and the combobox. */
export const SEARCH_INPUT = {
  id: 'symbol',
  className: 'search-box',
  placeholder: 'Symbol or company',
  'aria-keyshortcuts': '/',
  enterKeyHint: 'search',
  maxLength: 100,
} as const

/** The label, the hint and the button around the input. */
export function SearchField({ children }: { children: ReactNode }) {
  return (
    <div className="search-field">
      <label htmlFor={SEARCH_INPUT.id} className="visually-hidden">
        Stock symbol
      </label>
      {children}
      <kbd className="search-key" aria-hidden="true">
        /
      </kbd>
      <button type="submit" className="search-button" aria-label="Search">
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <circle cx="7" cy="7" r="4.5" />
          <path d="m10.5 10.5 4 4" />
        </svg>
      </button>
    </div>
  )
}
