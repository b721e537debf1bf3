import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type AroundNavHandler, Router } from 'wouter'
import { Layout } from './layout'

/** Moves the focus to the new page if the link that had it is gone, so that the keyboard does not start at the top. */
function rescueFocus(): void {
  if (document.activeElement === document.body) document.getElementById('main')?.focus({ preventScroll: true })
}

/** Scrolls to the top for another symbol; another view of the same symbol keeps the scroll position. */
const aroundNav: AroundNavHandler = (navigate, to, options) => {
  navigate(to, options)
  if (options?.replace === true) return
  window.scrollTo(0, 0)
  setTimeout(rescueFocus) // once the new page is rendered
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
