import type { QueryClient } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { createAppRouter } from './routes'

export function start(host: HTMLElement, queries: QueryClient): void {
  createRoot(host).render(
    <StrictMode>
      <App queryClient={queries} router={createAppRouter()} />
    </StrictMode>,
  )
}
