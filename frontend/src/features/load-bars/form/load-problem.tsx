import type { ProblemError } from '@/api/problem'

interface LoadProblemProps {
  id: string
  problem: ProblemError
}

function advice({ retryable, isUnreachable }: ProblemError): string | null {
  if (isUnreachable) return 'Check that Bellwether is running and that you are online, then check the file again.'
  return retryable ? 'Check the file again in a moment.' : null
}

/** The problem as the service describes it. The form keeps its input. */
export function LoadProblem({ id, problem }: LoadProblemProps) {
  const todo = advice(problem)
  return (
    <div className="notice notice-problem">
      <div id={id} role="alert">
        <p className="notice-title">{problem.title}</p>
        <p>{problem.detail}</p>
        {todo !== null && <p>{todo}</p>}
      </div>
      {problem.errors.length > 0 && (
        <ul className="load-errors" aria-label="Errors">
          {problem.errors.map(({ pointer, detail }) => (
            <li key={`${pointer} ${detail}`}>
              <code>{pointer}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      {problem.requestId !== null && (
        <p className="fine-print">
          Request ID for the logs: <code>{problem.requestId}</code>
        </p>
      )}
    </div>
  )
}
