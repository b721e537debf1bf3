import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'
import { addressOf } from './paths'
import { type ChangeView, readAddress, type View } from './view'

/** What the address says is to be seen, and how to change it. Another symbol is a new entry of the history. */
export function useView(): { symbol: string | undefined; view: View; change: ChangeView } {
  const search = useSearch()
  const [, navigate] = useLocation()
  const { symbol, view } = useMemo(() => readAddress(search), [search])

  const change = useCallback<ChangeView>(
    (wanted) => {
      const now = readAddress(window.location.search) // not what was rendered last: two changes may come at once
      const next = { symbol: now.symbol, ...now.view, ...wanted }
      navigate(addressOf(next.symbol, next), { replace: wanted.symbol === undefined })
    },
    [navigate],
  )
  return { symbol, view, change }
}
