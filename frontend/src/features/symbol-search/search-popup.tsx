import { Autocomplete } from '@base-ui/react/autocomplete'
import type { UIEvent } from 'react'
import { forgetSymbols, type NamedSymbol } from './lists/recent-symbols'
import { StockOption } from './stock-option'
import type { Offer } from './use-suggestions'

interface SearchPopupProps {
  offer: Offer
  query: string
  isShown: boolean
  onChoose: (symbol: string) => void
  onNearEnd: () => void
  onForget: () => void
}

const NAMES = { recent: 'Recent symbols', nothing: 'Nearest symbols' } as const
const NEAR_PX = 120

function isNearEnd({ currentTarget: list }: UIEvent<HTMLElement>): boolean {
  return list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX
}

function Headline({ offer, onForget }: Pick<SearchPopupProps, 'offer' | 'onForget'>) {
  if (offer.headline === '') return <></>
  return (
    <div className="search-headline">
      <p>{offer.headline}</p>
      {offer.kind === 'recent' && (
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

export function SearchPopup({ offer, query, isShown, onChoose, onNearEnd, onForget }: SearchPopupProps) {
  return (
    <div className={`search-popup search-popup-${offer.kind}`} hidden={!isShown}>
      <Headline offer={offer} onForget={onForget} />
      <Autocomplete.List
        className="search-options"
        aria-label={offer.kind === 'recent' || offer.kind === 'nothing' ? NAMES[offer.kind] : 'Matching stocks'}
        hidden={offer.stocks.length === 0}
        onScroll={(event) => {
          if (isNearEnd(event)) onNearEnd()
        }}
      >
        {(stock: NamedSymbol) => (
          <StockOption key={stock.symbol} stock={stock} query={offer.kind === 'found' ? query : ''} onChoose={onChoose} />
        )}
      </Autocomplete.List>
      {offer.footnote !== '' && <p className="search-footnote">{offer.footnote}</p>}
    </div>
  )
}
