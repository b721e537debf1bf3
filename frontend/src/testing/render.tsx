import { render } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { App } from '@/app/app'
import { createQueryClient } from '@/app/query-client'

export function renderPage(address = '/') {
  window.history.replaceState(null, '', address)
  render(<App queryClient={createQueryClient()} />)
  return { user: userEvent.setup() }
}

/** The address after the host. */
export function address(): string {
  return window.location.pathname + window.location.search
}
