import { useQuery } from '@tanstack/react-query'
import { getRuns } from '@/api/get-runs'
import { Select } from '@/components/select'
import { formatCount } from '@/lib/format'
import { USUAL_HORIZONS } from './start-run'

interface HorizonSelectProps {
  horizon: number
  onChoose: (horizon: number) => void
}

/** Selects one of the horizons that a run has; the usual ones can be started. */
export function HorizonSelect({ horizon, onChoose }: HorizonSelectProps) {
  const { data } = useQuery(getRuns())
  const computed = (data?.runs ?? []).filter(({ state }) => state === 'succeeded').flatMap(({ request }) => request.horizons ?? [])
  const options = [...new Set([...USUAL_HORIZONS, ...computed, horizon])].sort((a, b) => a - b)
  return (
    <Select
      label="Horizon"
      options={options}
      formatOption={(sessions) => formatCount(sessions, 'session')}
      option={horizon}
      onChoose={onChoose}
    />
  )
}
