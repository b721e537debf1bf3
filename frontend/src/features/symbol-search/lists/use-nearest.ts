import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { getSymbols } from '@/api/get-symbols'
import { nearest } from './nearest'

/** The symbols most like one that is not there; undefined as long as it is not known which there are. */
export function useNearest(symbol: string | null): readonly string[] | undefined {
  const { data: symbols } = useQuery({ ...getSymbols(), enabled: symbol !== null })
  return useMemo(
    () => (symbol === null || symbols === undefined ? undefined : nearest(symbol, symbols)),
    [symbol, symbols],
  )
}
