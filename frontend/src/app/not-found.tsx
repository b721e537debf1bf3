import { Link } from 'wouter'
import { paths } from '@/address/paths'

export function NotFound() {
  return (
    <div className="notice">
      <h2>There is no such page</h2>
      <p>
        Search for a stock above, or <Link href={paths.home}>go to the start</Link>.
      </p>
    </div>
  )
}
