import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type AroundNavHandler, Router } from 'wouter'
import { useFocusRescue } from '@/lib/use-focus-rescue'
import { Layout } from './layout'

/** Scrolls to the top for another symbol; another view of the same symbol keeps the scroll position. */
const aroundNav: AroundNavHandler = (navigate, to, options) => {
  navigate(to, options)
  if (options?.replace !== true) window.scrollTo(0, 0)
}

export function App({ queryClient }: { queryClient: QueryClient }) {
  useFocusRescue()
  return (
    <QueryClientProvider client={queryClient}>
      <Router aroundNav={aroundNav}>
        <Layout />
      </Router>
    </QueryClientProvider>
  )
}
