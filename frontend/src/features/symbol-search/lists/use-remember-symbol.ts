import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { getStock } from '@/api/get-stock'
import { rememberSymbol } from './recent-symbols'

/** Remembers the symbol once the store has confirmed it. */
export function useRememberSymbol(symbol: string | undefined): void {
  const { data: stock } = useQuery({ ...getStock(symbol ?? ''), enabled: symbol !== undefined })
  useEffect(() => {
    if (stock !== undefined) rememberSymbol(stock)
  }, [stock])
}
