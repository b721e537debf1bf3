import { accessKey } from './access-key'
import type { ForecastRequest } from './request-types'

type View = Omit<ForecastRequest, 'symbol'>

/** Answers on their way, by the address that was asked. */
const asked = new Map<string, Promise<Response>>()

function addresses(symbol: string, { isAdjusted, model, horizon, level }: View): string[] {
  const stock = `/api/stocks/${encodeURIComponent(symbol)}`
  const adjusted = `adjusted=${String(isAdjusted)}`
  return [
    stock,
    `${stock}/bars?format=json&${adjusted}`,
    `${stock}/result?${adjusted}`,
    `${stock}/forecast?model=${model}&horizon=${String(horizon)}&level=${String(level)}&${adjusted}`,
  ]
}

/** The answer with its body already read: reading goes on while the page's script is fetched. */
async function whole(response: Response): Promise<Response> {
  const { status, statusText, headers } = response
  return new Response(await response.arrayBuffer(), { status, statusText, headers })
}

/**
 * Asks for what the first screen of a symbol shows, before the client is there that reads the answers: on a slow
 * processor it is there half a second later. With an access key, which only the client sends, nothing is asked.
 */
export function askAhead(symbol: string, view: View): void {
  if (accessKey() !== null) return
  for (const address of addresses(symbol, view)) {
    const { href } = new URL(address, window.location.origin)
    const answer = fetch(href).then(whole)
    answer.catch(() => undefined) // whoever takes it sees the error
    asked.set(href, answer)
  }
}

/** What was asked ahead, once; anything else is fetched. */
export function takeOrFetch(request: Request): Promise<Response> {
  const answer = asked.get(request.url)
  asked.delete(request.url)
  return answer ?? fetch(request)
}
