import { type ReactNode, useId } from 'react'
import { Link } from 'wouter'
import { buildAddress } from '@/address/paths'
import type { NamedSymbol } from './recent-symbols'

interface SymbolLinksProps {
  label: string
  symbols: readonly NamedSymbol[]
  /** Controls after the links. */
  actions?: ReactNode
}

export function SymbolLinks({ label, symbols, actions }: SymbolLinksProps) {
  const id = useId()
  return (
    <nav className="symbol-links" aria-labelledby={id}>
      <p id={id}>{label}</p>
      <ul>
        {symbols.map(({ symbol, name }) => (
          <li key={symbol}>
            <Link href={buildAddress(symbol)} {...(name === null ? {} : { title: name })}>
              {symbol}
            </Link>
          </li>
        ))}
      </ul>
      {actions}
    </nav>
  )
}
