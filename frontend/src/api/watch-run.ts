import type { Run } from './gen/types.gen'

interface RunWatcher {
  onRun: (run: Run) => void
  /** Called when events are unavailable, so that the caller polls instead. */
  onLost: () => void
}

function isRun(value: unknown): value is Run {
  return typeof value === 'object' && value !== null && 'id' in value && 'state' in value
}

function parseRun(text: unknown): Run | null {
  try {
    const value: unknown = JSON.parse(String(text))
    return isRun(value) ? value : null
  } catch {
    return null
  }
}

/**
 * Follows a run by server-sent events, which the browser resumes by itself after a break. Returns a function that stops
 * it. Browsers send no API key with them, so a gateway whose reads are closed refuses them.
 */
export function watchRun(id: string, { onRun, onLost }: RunWatcher): () => void {
  if (!('EventSource' in window)) {
    onLost()
    return () => undefined
  }
  const source = new EventSource(`/api/runs/${encodeURIComponent(id)}/events`)
  const read = (event: MessageEvent): void => {
    const run = parseRun(event.data)
    if (run !== null) onRun(run)
  }
  source.onmessage = read
  source.addEventListener('run', read)
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) onLost()
  }
  return () => source.close()
}
