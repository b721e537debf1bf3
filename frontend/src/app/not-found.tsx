import { Link } from 'wouter'
import { paths } from '@/address/paths'

export function NotFound() {
  return (
    <div className="notice">
      <h2>Page not found</h2>
      <p>
        Search for a stock above, or <Link href={paths.home}>see all stocks</Link>.
      </p>
    </div>
  )
}
