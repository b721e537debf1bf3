import { Link } from 'wouter'
import { paths } from '@/address/paths'
import { useDocumentTitle } from '@/lib/use-document-title'

export function NotFound() {
  useDocumentTitle('Page not found')
  return (
    <div className="notice">
      <h2>Page not found</h2>
      <p>
        Search for a stock above, <Link href={paths.home}>see all stocks</Link>, or open the{' '}
        <Link href={paths.screener}>screener</Link> or the <Link href={paths.leaderboard}>leaderboard</Link>.
      </p>
    </div>
  )
}
