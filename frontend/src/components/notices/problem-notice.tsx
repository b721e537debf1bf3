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
  404: 'Check the spelling, or choose one of the suggestions that appear while you type.',
  409: 'Choose another symbol, or add more bars for this one.',
  429: 'It goes on by itself in a moment.',
}

function advice({ isUnreachable, retryable, status, errors }: ProblemError): string {
  if (errors.some(({ pointer }) => pointer.endsWith('/symbol'))) {
    return 'A symbol is an exchange ticker such as AAPL or BRK.B.'
  }
  if (errors.length > 0) return 'Correct what is named here, then try again.'
  if (isUnreachable) return 'This page asks again by itself. Check that Bellwether is running and that you are online.'
  return ADVICE[status] ?? (retryable ? 'This page asks again by itself.' : 'The logs of the services say more.')
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
          Request id, to find this in the logs: <code>{problem.requestId}</code>
        </p>
      )}
      {problem.retryable && onRetry !== undefined && (
        <p className="retry">
          <button type="button" className="button" onClick={onRetry} aria-disabled={isRetrying}>
            {isRetrying ? 'Asking again…' : 'Try again'}
          </button>
          {retryAt !== null && !isRetrying && <Countdown until={retryAt} />}
        </p>
      )}
    </div>
  )
}
