import type { RefObject } from 'react'
import { type FocusHandover, useFocusHandover } from '@/lib/use-focus-handover'
import { SEARCH_INPUT, SearchField } from './search-field'
import type { SearchBox } from './use-search-box'

interface PlainSearchProps {
  box: SearchBox
  input: RefObject<HTMLInputElement | null>
  handover: RefObject<FocusHandover>
  onUse?: () => void
}

/** The search box without suggestions. */
export function PlainSearch({ box, input, handover, onUse }: PlainSearchProps) {
  useFocusHandover(input, handover)
  return (
    <SearchField>
      <input
        {...SEARCH_INPUT}
        ref={input}
        value={box.text}
        onChange={({ target }) => box.type(target.value)}
        onFocus={() => {
          box.setOpen(true)
          onUse?.()
        }}
      />
    </SearchField>
  )
}
