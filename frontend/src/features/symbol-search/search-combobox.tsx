import { Autocomplete } from '@base-ui/react/autocomplete'
import type { RefObject } from 'react'
import { Status } from '@/components/status'
import { type FocusHandover, useFocusHandover } from '@/lib/use-focus-handover'
import type { NamedSymbol } from './lists/recent-symbols'
import { SEARCH_INPUT, SearchField } from './search-field'
import { SearchPopup } from './search-popup'
import type { SearchBox } from './use-search-box'
import { announceSuggestions, useSuggestions } from './use-suggestions'

interface SearchComboboxProps {
  box: SearchBox
  input: RefObject<HTMLInputElement | null>
  handover: RefObject<FocusHandover>
}

const AHEAD = 4

export function SearchCombobox({ box, input, handover }: SearchComboboxProps) {
  useFocusHandover(input, handover)
  const { suggestions, hasMore, loadMore } = useSuggestions(box.query, box.isAsked)
  const isShown = box.isOpen && (suggestions.kind !== 'recent' || suggestions.stocks.length > 0)

  function onOpenChange(isOpen: boolean, { reason, event }: Autocomplete.Root.ChangeEventDetails): void {
    const isInside = event.target instanceof Node && input.current?.form?.contains(event.target) === true
    const isEnter = reason === 'none' // the form handles it next
    if (!isEnter && !(reason === 'outside-press' && isInside)) box.setOpen(isOpen)
  }

  return (
    <Autocomplete.Root<NamedSymbol>
      items={suggestions.stocks}
      filter={null}
      itemToStringValue={({ symbol }) => symbol}
      value={box.text}
      onValueChange={box.type}
      open={isShown}
      onOpenChange={onOpenChange}
      onItemHighlighted={(_, { index }) => {
        if (index >= suggestions.stocks.length - AHEAD) loadMore()
      }}
      loopFocus={!hasMore}
      openOnInputClick
    >
      <SearchField>
        <Autocomplete.Input
          {...SEARCH_INPUT}
          ref={input}
          onFocus={() => box.setOpen(true)}
        />
      </SearchField>
      <SearchPopup
        suggestions={suggestions}
        query={box.query}
        isShown={isShown}
        onChoose={box.choose}
        onNearEnd={loadMore}
        onForget={() => input.current?.focus()}
      />
      <Status>{isShown ? announceSuggestions(suggestions) : ''}</Status>
    </Autocomplete.Root>
  )
}
