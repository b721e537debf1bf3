import { Autocomplete } from '@base-ui/react/autocomplete'
import type { NamedSymbol } from './lists/recent-symbols'
import { splitAtMatch } from './split-at-match'

interface StockOptionProps {
  stock: NamedSymbol
  /** The text to highlight; empty for none. */
  query: string
  onChoose: (symbol: string) => void
}

function Marked({ text, query }: { text: string; query: string }) {
  const [before, match, after] = splitAtMatch(text, query)
  return (
    <>
      {before}
      {match !== '' && <mark>{match}</mark>}
      {after}
    </>
  )
}

export function StockOption({ stock, query, onChoose }: StockOptionProps) {
  return (
    <Autocomplete.Item
      value={stock}
      className="search-option"
      onClick={() => onChoose(stock.symbol)}
    >
      <span className="search-option-symbol">
        <Marked text={stock.symbol} query={query} />
      </span>{' '}
      <span className="search-option-name">
        <Marked text={stock.name ?? ''} query={query} />
      </span>
    </Autocomplete.Item>
  )
}
