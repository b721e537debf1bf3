import { formatCount } from '@/lib/format'

export function formatHorizon(horizon: number): string {
  return `${formatCount(horizon, 'session')} ahead`
}
