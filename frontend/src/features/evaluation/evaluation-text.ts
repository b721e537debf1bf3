import { count as figure } from '@/lib/format'

export function formatCount(n: number, noun: string): string {
  return `${figure(n)} ${noun}${n === 1 ? '' : 's'}`
}

export function formatHorizon(horizon: number): string {
  return `${formatCount(horizon, 'session')} ahead`
}
