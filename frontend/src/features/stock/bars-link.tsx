import type { MouseEvent } from 'react'
import { accessKey } from '@/api/access-key'
import { save } from '@/lib/download'

interface BarsLinkProps {
  href: string
  children: string
}

/** Fetches a file with an API key and saves it under the name that the response gives it. */
async function saveWithKey(href: string, key: string): Promise<void> {
  const response = await fetch(href, { headers: { 'X-API-Key': key } })
  const name = /filename="(.+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1]
  if (!response.ok || name === undefined) throw new Error(`The response had status ${String(response.status)}.`)
  save(await response.blob(), name)
}

/** A link to a file. Links send no API key, which closed reads need: if there is one, the file is fetched with it. */
export function BarsLink({ href, children }: BarsLinkProps) {
  function onClick(event: MouseEvent): void {
    const key = accessKey()
    if (key === null) return
    event.preventDefault()
    saveWithKey(href, key).catch(() => {
      window.location.assign(href) // the browser shows the problem
    })
  }
  return (
    <a href={href} onClick={onClick}>
      {children}
    </a>
  )
}
