import { useQuery } from '@tanstack/react-query'
import { getRuns } from '@/api/get-runs'
import { Select } from '@/components/select'
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
      formatOption={(sessions) => (sessions === 1 ? '1 session' : `${String(sessions)} sessions`)}
      option={horizon}
      onChoose={onChoose}
    />
  )
}
