import { Combobox } from '@base-ui/react/combobox'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { MAX_COMPARED } from '@/address/view'
import type { StockSummary } from '@/api/gen/types.gen'
import { getStocks } from '@/api/get-stocks'
import { toProblem } from '@/api/problem'
import { formatCount } from '@/lib/format'
import { acceptFocusHandover, requestFocusHandover } from './focus'
import { COMPARE_INPUT } from './input'

interface CompareComboboxProps {
  symbol: string
  compare: readonly string[]
  /** The text typed into the plain input before this replaced it. */
  typedBefore?: string
  onChange: (compare: string[]) => void
}

const MOST = MAX_COMPARED - 1

function useStockSearch(typed: string, symbol: string, isOpen: boolean) {
  const query = useInfiniteQuery({ ...getStocks(typed.trim()), enabled: isOpen })
  const stocks = (query.data?.pages ?? []).flatMap((page) => page.stocks).filter((stock) => stock.symbol !== symbol)
  return { stocks, status: describeStatus() }

  function describeStatus(): string {
    if (query.error !== null && query.data === undefined) return `The search failed: ${toProblem(query.error).title}.`
    if (query.data === undefined) return 'Searching…'
    if (stocks.length === 0) return typed.trim() === '' ? 'No other symbols.' : `No matches for “${typed.trim()}”.`
    if (query.hasNextPage) return 'More matches: keep typing to narrow them down.'
    return formatCount(stocks.length, 'symbol')
  }
}

interface ChosenSymbolsProps {
  compare: readonly string[]
  onRemove: (symbol: string) => void
}

function ChosenSymbols({ compare, onRemove }: ChosenSymbolsProps) {
  if (compare.length === 0) return <></>
  return (
    <ul className="compare-chips" aria-label="Compared with">
      {compare.map((other) => (
        <li key={other} className="compare-chip">
          {other}
          <button
            type="button"
            className="compare-remove"
            aria-label={`Remove ${other}`}
            onClick={() => onRemove(other)}
          >
            <span aria-hidden="true">×</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

interface PopupProps {
  isOpen: boolean
  status: string
  stocks: readonly StockSummary[]
  isDisabled: (symbol: string) => boolean
}

function Popup({ isOpen, status, stocks, isDisabled }: PopupProps) {
  return (
    <div className="compare-popup" hidden={!isOpen}>
      <Combobox.Status className="compare-status">{status}</Combobox.Status>
      <Combobox.List className="compare-list" aria-label="Symbols to compare with">
        {stocks.map(({ symbol, name }) => (
          <Combobox.Item key={symbol} value={symbol} disabled={isDisabled(symbol)} className="compare-item">
            <strong>{symbol}</strong> <span className="compare-name">{name ?? 'name unknown'}</span>{' '}
            <Combobox.ItemIndicator className="compare-chosen">✓</Combobox.ItemIndicator>
          </Combobox.Item>
        ))}
      </Combobox.List>
    </div>
  )
}

/** Changes the selection; the focus stays in the input, even when the next panel replaces it. */
function useChoice({ compare, onChange }: Pick<CompareComboboxProps, 'compare' | 'onChange'>) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    acceptFocusHandover(input.current)
  }, [])

  function choose(chosen: string[]): void {
    requestFocusHandover((compare.length === 0) !== (chosen.length === 0))
    onChange(chosen)
  }
  function remove(other: string): void {
    choose(compare.filter((kept) => kept !== other))
    input.current?.focus()
  }
  return { input, choose, remove }
}

/** Selects up to three symbols to compare with `symbol`. */
export function CompareCombobox({ symbol, compare, typedBefore = '', onChange }: CompareComboboxProps) {
  const [typed, setTyped] = useState(typedBefore)
  const [isOpen, setIsOpen] = useState(typedBefore !== '')
  const { stocks, status } = useStockSearch(typed, symbol, isOpen)
  const { input, choose, remove } = useChoice({ compare, onChange })
  const isFull = compare.length >= MOST
  return (
    <Combobox.Root
      multiple
      autoHighlight
      items={stocks.map((stock) => stock.symbol)}
      filter={null}
      value={[...compare]}
      onValueChange={choose}
      inputValue={typed}
      onInputValueChange={setTyped}
      open={isOpen}
      onOpenChange={setIsOpen}
    >
      <div className="compare-picker">
        <ChosenSymbols compare={compare} onRemove={remove} />
        <Combobox.Input
          {...COMPARE_INPUT}
          ref={input}
          aria-label={`Compare ${symbol} with`}
          placeholder={isFull ? 'Three at most' : 'Compare with…'}
        />
        <Popup
          isOpen={isOpen}
          status={isFull ? 'Three at most: remove one to add another.' : status}
          stocks={stocks}
          isDisabled={(other) => isFull && !compare.includes(other)}
        />
      </div>
    </Combobox.Root>
  )
}
