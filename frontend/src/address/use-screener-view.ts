import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'
import { buildScreenerAddress, type ChangeScreener, readScreener, type ScreenerView } from './screener-view'

/** The view of the screener in the address, and a function that changes it without a new entry in the history. */
export function useScreenerView(): { view: ScreenerView; change: ChangeScreener } {
  const search = useSearch()
  const [, navigate] = useLocation()
  const view = useMemo(() => readScreener(search), [search])
  const change = useCallback<ChangeScreener>(
    (wanted) => {
      navigate(buildScreenerAddress({ ...readScreener(window.location.search), ...wanted }), { replace: true })
    },
    [navigate],
  )
  return { view, change }
}
