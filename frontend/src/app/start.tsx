import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { prefetch } from './prefetch'
import { createQueryClient } from './query-client'

export async function start(host: HTMLElement): Promise<void> {
  const queries = createQueryClient()
  await prefetch(queries, window.location.search)
  createRoot(host).render(
    <StrictMode>
      <App queryClient={queries} />
    </StrictMode>,
  )
}
