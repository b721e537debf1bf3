import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { normaliseSymbol } from '@/address/normalise-symbol'
import { getStocks } from '@/api/get-stocks'
import { resolveSymbol } from './resolve-symbol'

export interface SearchBox {
  text: string
  /** The text to search for; empty while the box holds the symbol on the page. */
  query: string
  isOpen: boolean
  /** Whether Enter was pressed on this text and the stock is ambiguous. */
  isAsked: boolean
  setOpen: (isOpen: boolean) => void
  leave: () => void
  type: (text: string) => void
  choose: (symbol: string) => void
  submit: () => void
}

/** The state of the search box: the symbol on the page, until text is typed over it. */
export function useSearchBox(symbol: string, onSubmit: (symbol: string) => void): SearchBox {
  const client = useQueryClient()
  const [shown, setShown] = useState(symbol)
  const [typed, setTyped] = useState<string | null>(null)
  const [asked, setAsked] = useState<string | null>(null)
  const [isOpen, setOpen] = useState(false)
  const latest = useRef<string | null>(null)
  const query = typed?.trim() ?? ''

  if (shown !== symbol) {
    setShown(symbol)
    setTyped(null)
    setAsked(null)
  }

  function type(text: string | null): void {
    latest.current = text
    setTyped(text)
    setAsked(null)
  }

  /** Restores the symbol on the page if the box was left empty. */
  function leave(): void {
    setOpen(false)
    if (query === '') type(null)
  }

  function choose(chosen: string): void {
    type(chosen === symbol ? null : chosen)
    setOpen(false)
    onSubmit(chosen)
  }

  async function chooseResolved(text: string): Promise<void> {
    const before = latest.current
    const { href } = window.location
    const resolved = await client.infiniteQuery(getStocks(text)).then(
      ({ pages: [page] }) => (page === undefined ? normaliseSymbol(text) : resolveSymbol(text, page)),
      () => normaliseSymbol(text),
    )
    if (latest.current !== before || window.location.href !== href) return
    if (resolved === null) setOpen(true)
    else choose(resolved)
  }

  function submit(): void {
    if (typed === null && symbol !== '') choose(symbol)
    else if (query !== '' && asked === query) choose(normaliseSymbol(query))
    else if (query !== '') {
      setAsked(query)
      void chooseResolved(query)
    }
  }

  return { text: typed ?? symbol, query, isOpen, isAsked: asked !== null, setOpen, leave, type, choose, submit }
}
