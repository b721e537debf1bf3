import type { RefObject } from 'react'
import { type Held, useHeldFocus } from '@/lib/use-held-focus'
import { SEARCH_INPUT, SearchField } from './search-field'
import type { SearchBox } from './use-search-box'

interface PlainSearchProps {
  box: SearchBox
  input: RefObject<HTMLInputElement | null>
  held: RefObject<Held>
  onUse?: () => void
}

/** The box without suggestions: Enter asks for what is typed. */
export function PlainSearch({ box, input, held, onUse }: PlainSearchProps) {
  useHeldFocus(input, held)
  return (
    <SearchField>
      <input
        {...SEARCH_INPUT}
        ref={input}
        value={box.text}
        onChange={({ target }) => {
          box.type(target.value)
        }}
        onFocus={() => {
          box.setOpen(true)
          onUse?.()
        }}
      />
    </SearchField>
  )
}
