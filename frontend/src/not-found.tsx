import { Link } from '@tanstack/react-router'
import { paths } from './paths'

export function NotFound() {
  return (
    <div className="notice">
      <h2>There is no such page</h2>
      <p>
        <Link to={paths.home} search={{}}>
          Go to the start
        </Link>
      </p>
    </div>
  )
}
