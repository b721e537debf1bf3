import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { type ChangeView, readSearch, type View, writeSearch } from '@/lib/view'
import { paths } from './paths'

/** What the address says is to be seen, and how to change it. Another symbol is a new entry of the history. */
export function useView(): { symbol: string | undefined; view: View; change: ChangeView } {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const { symbol, view } = useMemo(() => readSearch(search), [search])

  const change = useCallback<ChangeView>(
    (wanted) => {
      void navigate({
        to: paths.home,
        search: (before: Record<string, unknown>) => {
          const now = readSearch(before)
          const next = { symbol: now.symbol, ...now.view, ...wanted }
          return writeSearch(next.symbol, next)
        },
        replace: wanted.symbol === undefined,
        resetScroll: wanted.symbol !== undefined,
      })
    },
    [navigate],
  )
  return { symbol, view, change }
}
