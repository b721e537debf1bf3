import { Autocomplete } from '@base-ui/react/autocomplete'
import type { RefObject } from 'react'

interface SearchFieldProps {
  input: RefObject<HTMLInputElement | null>
  onFocus: () => void
}

const MOST_LETTERS = 100

export function SearchField({ input, onFocus }: SearchFieldProps) {
  return (
    <div className="search-field">
      <label htmlFor="symbol" className="visually-hidden">
        Stock symbol
      </label>
      <Autocomplete.Input
        ref={input}
        id="symbol"
        className="search-box"
        placeholder="Symbol or company"
        aria-keyshortcuts="/"
        enterKeyHint="search"
        maxLength={MOST_LETTERS}
        onFocus={onFocus}
      />
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
