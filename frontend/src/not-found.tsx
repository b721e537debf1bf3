import { Link } from 'wouter'
import { paths } from './paths'

export function NotFound() {
  return (
    <div className="notice">
      <h2>There is no such page</h2>
      <p>
        <Link href={paths.home}>Go to the start</Link>
      </p>
    </div>
  )
}
