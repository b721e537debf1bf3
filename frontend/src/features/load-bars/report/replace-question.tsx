import { useQuery } from '@tanstack/react-query'
import type { LoadReport } from '@/api/gen/types.gen'
import { getStock } from '@/api/get-stock'
import { ConfirmDialog } from '@/components/dialog'
import { counted } from '@/features/load-bars/load-text'
import { session } from '@/lib/format'
import { barsBefore, nKept } from './report-numbers'

interface ReplaceQuestionProps {
  report: LoadReport
  onConfirm: () => void
  onCancel: () => void
}

export function ReplaceQuestion({ report, onConfirm, onCancel }: ReplaceQuestionProps) {
  const { symbol, removed } = report
  const { data: stock } = useQuery(getStock(symbol))
  const span = stock === undefined ? '' : `, from ${session(stock.first_session)} to ${session(stock.last_session)}`
  return (
    <ConfirmDialog
      title={`Replace the bars of ${symbol}?`}
      action={`Remove ${counted(removed, 'bar')} and load ${counted(nKept(report), 'bar')}`}
      onConfirm={onConfirm}
      onCancel={onCancel}
    >
      <p>
        {symbol} has {counted(barsBefore(report), 'bar')}
        {span}. <strong>{counted(removed, 'bar')}</strong> of them {removed === 1 ? 'goes' : 'go'} away: their sessions
        are not in the file. This cannot be undone.
      </p>
    </ConfirmDialog>
  )
}
