import { Autocomplete } from '@base-ui/react/autocomplete'
import type { RefObject } from 'react'
import { Status } from '@/components/status'
import { type Held, useHeldFocus } from '@/lib/use-held-focus'
import type { NamedSymbol } from './lists/recent-symbols'
import { SEARCH_INPUT, SearchField } from './search-field'
import { SearchPopup } from './search-popup'
import type { SearchBox } from './use-search-box'
import { announcement, useOffer } from './use-suggestions'

interface SearchComboboxProps {
  box: SearchBox
  input: RefObject<HTMLInputElement | null>
  held: RefObject<Held>
}

const AHEAD = 4

export function SearchCombobox({ box, input, held }: SearchComboboxProps) {
  useHeldFocus(input, held)
  const { offer, hasMore, loadMore } = useOffer(box.query, box.isAsked)
  const isShown = box.isOpen && (offer.kind !== 'recent' || offer.stocks.length > 0)

  function onOpenChange(isOpen: boolean, { reason, event }: Autocomplete.Root.ChangeEventDetails): void {
    const isInside = event.target instanceof Node && input.current?.form?.contains(event.target) === true
    const isEnter = reason === 'none' // the form decides, which gets it next
    if (!isEnter && !(reason === 'outside-press' && isInside)) box.setOpen(isOpen)
  }

  return (
    <Autocomplete.Root<NamedSymbol>
      items={offer.stocks}
      filter={null}
      itemToStringValue={({ symbol }) => symbol}
      value={box.text}
      onValueChange={box.type}
      open={isShown}
      onOpenChange={onOpenChange}
      onItemHighlighted={(_, { index }) => {
        if (index >= offer.stocks.length - AHEAD) loadMore()
      }}
      loopFocus={!hasMore}
      openOnInputClick
    >
      <SearchField>
        <Autocomplete.Input
          {...SEARCH_INPUT}
          ref={input}
          onFocus={() => {
            box.setOpen(true)
          }}
        />
      </SearchField>
      <SearchPopup
        offer={offer}
        query={box.query}
        isShown={isShown}
        onChoose={box.choose}
        onNearEnd={loadMore}
        onForget={() => input.current?.focus()}
      />
      <Status>{isShown ? announcement(offer) : ''}</Status>
    </Autocomplete.Root>
  )
}
