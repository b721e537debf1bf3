import type { ComponentType } from 'react'
import { Loading } from '@/components/loading'
import { useLazyModule } from '@/lib/use-lazy-module'

interface LazyPageProps {
  /** Must be stable. */
  load: () => Promise<{ Page: ComponentType }>
  what: string
}

/** A page whose script is fetched when it is first shown. */
export function LazyPage({ load, what }: LazyPageProps) {
  const module = useLazyModule(load)
  if (module === undefined) return <Loading what={what} skeleton={<div className="skeleton-block skeleton-page" />} />
  return <module.Page />
}
