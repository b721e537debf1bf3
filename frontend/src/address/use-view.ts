import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'
import { buildAddress } from './paths'
import { type ChangeView, readAddress, type View } from './view'

/** The view in the address, and a function that changes it. Another symbol is a new entry in the browser history. */
export function useView(): { symbol: string | undefined; view: View; change: ChangeView } {
  const search = useSearch()
  const [, navigate] = useLocation()
  const { symbol, view } = useMemo(() => readAddress(search), [search])

  const change = useCallback<ChangeView>(
    (wanted) => {
      const now = readAddress(window.location.search) // not the last rendered view: two changes may happen before a render
      const next = { symbol: now.symbol, ...now.view, ...wanted }
      navigate(buildAddress(next.symbol, next), { replace: wanted.symbol === undefined })
    },
    [navigate],
  )
  return { symbol, view, change }
}
