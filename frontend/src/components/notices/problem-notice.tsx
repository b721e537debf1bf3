import type { ProblemError } from '@/api/problem'
import { AccessKeyForm } from './access-key-form'
import { Countdown } from './countdown'

interface ProblemNoticeProps {
  problem: ProblemError
  isRetrying?: boolean
  retryAt?: number | null
  onRetry?: () => void
}

const ADVICE: Record<string, string> = {
  '/problems/symbol-not-found': 'Check the spelling, or choose a suggestion as you type.',
}

/** Says what to do, unless the problem's own sentence does. */
function advise({ type, isUnreachable, retryable, status, errors }: ProblemError): string | undefined {
  if (errors.some(({ pointer }) => pointer.endsWith('/symbol'))) {
    return 'A symbol is an exchange ticker such as AAPL or BRK.B.'
  }
  if (errors.length > 0) return 'Correct the request, then try again.'
  if (isUnreachable) return 'Retrying automatically. Check that Bellwether is running and that you are online.'
  if (status === 0) return 'Reload the page.' // an error of the page itself
  if (retryable) return 'Retrying automatically.'
  return status < 500 ? ADVICE[type] : 'See the service logs.'
}

export function ProblemNotice({ problem, isRetrying = false, retryAt = null, onRetry }: ProblemNoticeProps) {
  const needsKey = problem.status === 401 || problem.status === 403
  const advice = advise(problem)
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
        {!needsKey && advice !== undefined && <p>{advice}</p>}
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
