import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { getSymbols } from '@/api/get-symbols'
import { findNearest } from './nearest'

/** The symbols most similar to an unknown one; undefined until the list of symbols has loaded. */
export function useNearest(symbol: string | null): readonly string[] | undefined {
  const { data: symbols } = useQuery({ ...getSymbols(), enabled: symbol !== null })
  return useMemo(
    () => (symbol === null || symbols === undefined ? undefined : findNearest(symbol, symbols)),
    [symbol, symbols],
  )
}
