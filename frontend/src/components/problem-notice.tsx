import type { ProblemError } from '@/api/problem'

interface ProblemNoticeProps {
  problem: ProblemError
  isRetrying?: boolean
  onRetry?: () => void
}

const ADVICE: Record<number, string> = {
  404: 'Check the spelling, or choose one of the suggestions that appear while you type.',
  409: 'Choose another symbol, or add more bars for this one.',
  422: 'A symbol is an exchange ticker such as AAPL or BRK.B.',
  429: 'Wait a moment, then try again.',
}

function advice({ isUnreachable, retryable, status }: ProblemError): string {
  if (isUnreachable) return 'Check that Bellwether is running and that you are online, then try again.'
  return ADVICE[status] ?? (retryable ? 'Wait a moment, then try again.' : 'The logs of the services say more.')
}

export function ProblemNotice({ problem, isRetrying = false, onRetry }: ProblemNoticeProps) {
  return (
    <div className="notice notice-problem" role="alert">
      <h2>{problem.title}</h2>
      <p>{problem.detail}</p>
      <p>{advice(problem)}</p>
      {problem.requestId !== null && (
        <p className="fine-print">
          Request id, to find this in the logs: <code>{problem.requestId}</code>
        </p>
      )}
      {problem.retryable && onRetry !== undefined && (
        <button type="button" className="button" onClick={onRetry} aria-disabled={isRetrying}>
          {isRetrying ? 'Trying again…' : 'Try again'}
        </button>
      )}
    </div>
  )
}
