import { createMemoryHistory } from '@tanstack/react-router'
import { render } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { App } from '../app'
import { createQueryClient } from '../query-client'
import { createAppRouter } from '../routes'

export function renderPage(address = '/') {
  const router = createAppRouter(createMemoryHistory({ initialEntries: [address] }))
  render(<App queryClient={createQueryClient()} router={router} />)
  return { router, user: userEvent.setup() }
}
