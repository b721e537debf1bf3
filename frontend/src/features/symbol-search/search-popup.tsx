import { Autocomplete } from '@base-ui/react/autocomplete'
import type { UIEvent } from 'react'
import { forgetSymbols, type NamedSymbol } from './lists/recent-symbols'
import { StockOption } from './stock-option'
import type { Suggestions } from './use-suggestions'

interface SearchPopupProps {
  suggestions: Suggestions
  query: string
  isShown: boolean
  onChoose: (symbol: string) => void
  onNearEnd: () => void
  onForget: () => void
}

const NAMES = { recent: 'Recent symbols', nothing: 'Similar symbols' } as const
const NEAR_PX = 120

function isNearEnd({ currentTarget: list }: UIEvent<HTMLElement>): boolean {
  return list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX
}

function Headline({ suggestions, onForget }: Pick<SearchPopupProps, 'suggestions' | 'onForget'>) {
  if (suggestions.headline === '') return <></>
  return (
    <div className="search-headline">
      <p>{suggestions.headline}</p>
      {suggestions.kind === 'recent' && (
        <button
          type="button"
          className="button-quiet"
          onClick={() => {
            forgetSymbols()
            onForget()
          }}
        >
          Clear
        </button>
      )}
    </div>
  )
}

export function SearchPopup({ suggestions, query, isShown, onChoose, onNearEnd, onForget }: SearchPopupProps) {
  const { kind, stocks, footnote } = suggestions
  return (
    <div className={`search-popup search-popup-${kind}`} hidden={!isShown}>
      <Headline suggestions={suggestions} onForget={onForget} />
      <Autocomplete.List
        className="search-options"
        aria-label={kind === 'recent' || kind === 'nothing' ? NAMES[kind] : 'Matching stocks'}
        hidden={stocks.length === 0}
        onScroll={(event) => {
          if (isNearEnd(event)) onNearEnd()
        }}
      >
        {(stock: NamedSymbol) => (
          <StockOption key={stock.symbol} stock={stock} query={kind === 'found' ? query : ''} onChoose={onChoose} />
        )}
      </Autocomplete.List>
      {footnote !== '' && <p className="search-footnote">{footnote}</p>}
    </div>
  )
}
