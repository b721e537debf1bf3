import { type RefObject, useRef } from 'react'
import { ErrorBoundary } from '@/components/error-boundary'
import type { FocusHandover } from '@/lib/use-focus-handover'
import { useLazyUpgrade } from '@/lib/use-lazy-upgrade'
import { useRememberSymbol } from './lists/use-remember-symbol'
import { PlainSearch } from './plain-search'
import { useFocusOut } from './use-focus-out'
import { type SearchBox, useSearchBox } from './use-search-box'
import { useSlashKey } from './use-slash-key'

interface SymbolSearchProps {
  symbol: string | undefined
  onSubmit: (symbol: string) => void
}

interface FieldProps {
  box: SearchBox
  input: RefObject<HTMLInputElement | null>
  handover: RefObject<FocusHandover>
}

const loadCombobox = () => import('./search-combobox')

function Field(props: FieldProps) {
  const { module, onUse } = useLazyUpgrade(loadCombobox)
  return module === undefined ? <PlainSearch {...props} onUse={onUse} /> : <module.SearchCombobox {...props} />
}

export function SymbolSearch({ symbol, onSubmit }: SymbolSearchProps) {
  const input = useRef<HTMLInputElement>(null)
  const handover = useRef<FocusHandover>(null)
  const form = useRef<HTMLFormElement>(null)
  const box = useSearchBox(symbol ?? '', (chosen) => {
    document.getElementById('main')?.focus({ preventScroll: true })
    onSubmit(chosen)
  })
  useSlashKey(input)
  useFocusOut(form, box.leave)
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
        <ErrorBoundary fallback={() => <PlainSearch box={box} input={input} handover={handover} />}>
          <Field box={box} input={input} handover={handover} />
        </ErrorBoundary>
      </form>
    </search>
  )
}
