import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { normaliseSymbol } from '@/address/normalise-symbol'
import { getStocks } from '@/api/get-stocks'
import { meantBy } from './resolve-symbol'

export interface SearchBox {
  text: string
  /** What is searched for: nothing as long as the box holds the symbol that is shown. */
  query: string
  isOpen: boolean
  /** Enter was pressed on this text, and it is not clear which stock is meant. */
  isAsked: boolean
  setOpen: (isOpen: boolean) => void
  leave: () => void
  type: (text: string) => void
  choose: (symbol: string) => void
  submit: () => void
}

/** The state of the box: the symbol that is shown, until something is typed over it. */
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

  /** An empty box is not left empty beside a page that shows a symbol. */
  function leave(): void {
    setOpen(false)
    if (query === '') type(null)
  }

  function choose(chosen: string): void {
    type(chosen === symbol ? null : chosen)
    setOpen(false)
    onSubmit(chosen)
  }

  async function chooseMeant(text: string): Promise<void> {
    const as = latest.current
    const meant = await client.infiniteQuery(getStocks(text)).then(
      ({ pages: [page] }) => (page === undefined ? normaliseSymbol(text) : meantBy(text, page)),
      () => normaliseSymbol(text),
    )
    if (latest.current !== as) return
    if (meant === null) setOpen(true)
    else choose(meant)
  }

  function submit(): void {
    if (typed === null && symbol !== '') choose(symbol)
    else if (query !== '' && asked === query) choose(normaliseSymbol(query))
    else if (query !== '') {
      setAsked(query)
      void chooseMeant(query)
    }
  }

  return { text: typed ?? symbol, query, isOpen, isAsked: asked !== null, setOpen, leave, type, choose, submit }
}
