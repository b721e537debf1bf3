import { useQuery } from '@tanstack/react-query'
import type { LoadReport } from '@/api/gen/types.gen'
import { getStock } from '@/api/get-stock'
import { ConfirmDialog } from '@/components/dialog'
import { formatCount, session } from '@/lib/format'
import { countBarsBefore, countKept } from './report-numbers'

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
      action={`Remove ${formatCount(removed, 'bar')} and load ${formatCount(countKept(report), 'bar')}`}
      onConfirm={onConfirm}
      onCancel={onCancel}
    >
      <p>
        {symbol} has {formatCount(countBarsBefore(report), 'bar')}
        {span}. <strong>{formatCount(removed, 'bar')}</strong> would be removed: the file has no bars for their sessions.
        This cannot be undone.
      </p>
    </ConfirmDialog>
  )
}
