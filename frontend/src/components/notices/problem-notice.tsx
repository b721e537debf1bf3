import type { ProblemError } from '@/api/problem'
import { AccessKeyForm } from './access-key-form'
import { Countdown } from './countdown'

interface ProblemNoticeProps {
  problem: ProblemError
  isRetrying?: boolean
  retryAt?: number | null
  onRetry?: () => void
}

const ADVICE: Record<number, string> = {
  0: 'Reload the page.', // an error of the page itself
  404: 'Check the spelling, or choose a suggestion as you type.',
  409: 'Choose another symbol, or load more bars for this one.',
  429: 'Retrying automatically.',
}

function advice({ isUnreachable, retryable, status, errors }: ProblemError): string {
  if (errors.some(({ pointer }) => pointer.endsWith('/symbol'))) {
    return 'A symbol is an exchange ticker such as AAPL or BRK.B.'
  }
  if (errors.length > 0) return 'Correct the request, then try again.'
  if (isUnreachable) return 'Retrying automatically. Check that Bellwether is running and that you are online.'
  return ADVICE[status] ?? (retryable ? 'Retrying automatically.' : 'See the service logs.')
}

export function ProblemNotice({ problem, isRetrying = false, retryAt = null, onRetry }: ProblemNoticeProps) {
  const needsKey = problem.status === 401 || problem.status === 403
  return (
    <div className="notice notice-problem">
      <div role="alert">
        <p className="notice-title">{problem.title}</p>
        <p>{problem.detail}</p>
        {problem.errors.length > 1 && (
          <ul>
            {problem.errors.map(({ pointer, detail }) => (
              <li key={`${pointer} ${detail}`}>
                <code>{pointer}</code>: {detail}
              </li>
            ))}
          </ul>
        )}
        {!needsKey && <p>{advice(problem)}</p>}
      </div>
      {needsKey && <AccessKeyForm />}
      {problem.requestId !== null && (
        <p className="fine-print">
          Request ID for the logs: <code>{problem.requestId}</code>
        </p>
      )}
      {problem.retryable && onRetry !== undefined && (
        <p className="retry">
          <button type="button" className="button" onClick={onRetry} aria-disabled={isRetrying}>
            {isRetrying ? 'Retrying…' : 'Try again'}
          </button>
          {retryAt !== null && !isRetrying && <Countdown until={retryAt} />}
        </p>
      )}
    </div>
  )
}
