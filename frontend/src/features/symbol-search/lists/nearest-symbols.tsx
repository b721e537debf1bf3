import { Link } from 'wouter'
import { paths } from '@/address/paths'
import { SymbolLinks } from './symbol-links'
import { useNearest } from './use-nearest'

/** Links to the symbols that look most like one that is not there. */
export function NearestSymbols({ symbol }: { symbol: string }) {
  const near = useNearest(symbol)
  if (near === undefined || near.length === 0) {
    return (
      <p>
        {near !== undefined && `No symbol here is like ${symbol}. `}
        <Link href={paths.home}>See all stocks</Link>
      </p>
    )
  }
  return <SymbolLinks label="Did you mean" symbols={near.map((one) => ({ symbol: one, name: null }))} />
}
