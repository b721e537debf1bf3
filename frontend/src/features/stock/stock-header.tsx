import { useQuery } from '@tanstack/react-query'
import { getBars } from '@/api/get-bars'
import type { Stock } from '@/api/gen/types.gen'
import { selectFindings, selectJumps } from '@/lib/findings'
import { formatCount } from '@/lib/format'
import { LastClose } from './last-close'
import { describeStaleness } from './staleness'

interface StockHeaderProps {
  symbol: string
  /** Undefined while it is loading. */
  stock: Stock | undefined
  isAdjusted: boolean
}

function Staleness({ stock }: { stock: Stock }) {
  const stale = describeStaleness(stock)
  return stale === null ? <></> : <strong className="stale">{stale}</strong>
}

function DataProblems({ n }: { n: number }) {
  if (n === 0) return <></>
  return (
    <p className="data-problems">
      <a href="#data-heading">{formatCount(n, 'data problem')}</a>
    </p>
  )
}

export function StockHeader({ symbol, stock, isAdjusted }: StockHeaderProps) {
  // What follows the last close waits for it, and is not moved by it.
  const { isPending } = useQuery(getBars(symbol, isAdjusted))
  const findings = stock?.findings ?? []
  const jumps = selectJumps(findings, isAdjusted).flatMap(({ sessions }) => sessions)
  const missing = findings.find(({ code }) => code === 'missing_sessions')
  return (
    <header className="stock-header">
      <h2 id="symbol-heading">{symbol}</h2>
      <p className="stock-name">{stock?.name}</p>
      <LastClose
        symbol={symbol}
        lastSession={stock?.last_session}
        jumps={jumps}
        missing={missing}
        isAdjusted={isAdjusted}
      />
      {stock !== undefined && !isPending && (
        <>
          <Staleness stock={stock} />
          <DataProblems n={selectFindings(stock.findings, isAdjusted).length} />
        </>
      )}
    </header>
  )
}
