import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type AroundNavHandler, Router } from 'wouter'
import { Layout } from './layout'

/** Another symbol begins at its top; another view of the same one stays where it is. */
const aroundNav: AroundNavHandler = (navigate, to, options) => {
  navigate(to, options)
  if (options?.replace !== true) window.scrollTo(0, 0)
}

export function App({ queryClient }: { queryClient: QueryClient }) {
  return (
    <QueryClientProvider client={queryClient}>
      <Router aroundNav={aroundNav}>
        <Layout />
      </Router>
    </QueryClientProvider>
  )
}
