import { Autocomplete } from '@base-ui/react/autocomplete'
import { useQuery } from '@tanstack/react-query'
import { type SyntheticEvent, useState } from 'react'
import { getSymbols } from '@/api/get-symbols'
import { matchSymbols, normaliseSymbol } from '@/lib/match-symbols'

interface SymbolSearchProps {
  symbol: string | undefined
  onSubmit: (symbol: string) => void
}

export function SymbolSearch({ symbol = '', onSubmit }: SymbolSearchProps) {
  const { data: symbols = [] } = useQuery(getSymbols())
  const [shown, setShown] = useState(symbol)
  const [typed, setTyped] = useState(symbol)
  const [isOpen, setIsOpen] = useState(false)
  const suggestions = matchSymbols(symbols, typed)
  const isShown = isOpen && suggestions.length > 0

  if (shown !== symbol) {
    setShown(symbol)
    setTyped(symbol)
  }

  function submit(value: string): void {
    const chosen = normaliseSymbol(value)
    setIsOpen(false)
    if (chosen === '') return
    setTyped(chosen)
    onSubmit(chosen)
  }

  function onFormSubmit(event: SyntheticEvent): void {
    event.preventDefault()
    submit(typed)
  }

  return (
    <search>
      <form className="search" onSubmit={onFormSubmit}>
        <label htmlFor="symbol">Stock symbol</label>
        <div className="search-row">
          <Autocomplete.Root
            items={suggestions}
            filter={null}
            value={typed}
            open={isShown}
            onOpenChange={setIsOpen}
            onValueChange={setTyped}
          >
            <div className="search-field">
              <Autocomplete.Input
                id="symbol"
                className="search-box"
                placeholder="AAPL"
                autoCapitalize="characters"
                spellCheck={false}
                enterKeyHint="search"
                maxLength={32}
                required
              />
              <Autocomplete.List className="suggestions" aria-label="Matching symbols" hidden={!isShown}>
                {(suggestion: string) => (
                  <Autocomplete.Item
                    key={suggestion}
                    value={suggestion}
                    className="suggestion"
                    onClick={() => {
                      submit(suggestion)
                    }}
                  >
                    {suggestion}
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </div>
          </Autocomplete.Root>
          <button type="submit" className="button button-primary">
            Show result
          </button>
        </div>
      </form>
    </search>
  )
}
