import { useRef } from 'react'
import { SearchCombobox } from './search-combobox'
import { useLeaving } from './use-leaving'
import { useRememberSymbol } from './use-remember-symbol'
import { useSearchBox } from './use-search-box'
import { useSlashKey } from './use-slash-key'

interface SymbolSearchProps {
  symbol: string | undefined
  onSubmit: (symbol: string) => void
}

export function SymbolSearch({ symbol, onSubmit }: SymbolSearchProps) {
  const input = useRef<HTMLInputElement>(null)
  const form = useRef<HTMLFormElement>(null)
  const box = useSearchBox(symbol ?? '', (chosen) => {
    document.getElementById('main')?.focus({ preventScroll: true })
    onSubmit(chosen)
  })
  useSlashKey(input)
  useLeaving(form, box.leave)
  useRememberSymbol(symbol)

  return (
    <search>
      <form
        ref={form}
        className="search"
        onSubmit={(event) => {
          event.preventDefault()
          box.submit()
        }}
      >
        <SearchCombobox box={box} input={input} />
      </form>
    </search>
  )
}
