import { Link } from 'wouter'
import { paths } from '@/address/paths'
import { SymbolLinks } from './symbol-links'
import { useNearest } from './use-nearest'

/** Links to the symbols most similar to an unknown one. */
export function NearestSymbols({ symbol }: { symbol: string }) {
  const nearest = useNearest(symbol)
  if (nearest === undefined || nearest.length === 0) {
    return (
      <p>
        {nearest !== undefined && `No symbol resembles ${symbol}. `}
        <Link href={paths.home}>See all stocks</Link>
      </p>
    )
  }
  return <SymbolLinks label="Did you mean" symbols={nearest.map((candidate) => ({ symbol: candidate, name: null }))} />
}
