import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { getSymbols } from '@/api/get-symbols'
import { useLazyModule } from '@/lib/use-lazy-module'

const loadNearest = () => import('./nearest')

/** The symbols most similar to an unknown one; undefined until the list of symbols has loaded. */
export function useNearest(symbol: string | null): readonly string[] | undefined {
  const { data: symbols } = useQuery({ ...getSymbols(), enabled: symbol !== null })
  const module = useLazyModule(loadNearest, symbol !== null)
  return useMemo(
    () => (symbol === null || symbols === undefined ? undefined : module?.findNearest(symbol, symbols)),
    [symbol, symbols, module],
  )
}
