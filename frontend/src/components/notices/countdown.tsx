import { useNow } from '@/lib/use-now'

export function Countdown({ until }: { until: number }) {
  const seconds = Math.max(0, Math.ceil((until - useNow()) / 1000))
  return (
    <span className="countdown" role="timer" aria-live="off">
      Retrying in {seconds} s
    </span>
  )
}
