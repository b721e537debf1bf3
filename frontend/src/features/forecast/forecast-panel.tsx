import { useQuery } from '@tanstack/react-query'
import type { ChangeView, SymbolView } from '@/address/view'
import { getForecast } from '@/api/get-forecast'
import { Panel } from '@/components/panel'
import { QueryView } from '@/components/query-view'
import { AsOfField, ForecastControls } from './forecast-controls'
import { ForecastView } from './forecast-view'

interface ForecastPanelProps {
  view: SymbolView
  onChange: ChangeView
}

export function ForecastPanel({ view, onChange }: ForecastPanelProps) {
  const query = useQuery(getForecast(view))
  return (
    <Panel
      id="forecast-heading"
      title="Forecast"
      className="forecast"
      actions={<AsOfField view={view} onChange={onChange} />}
    >
      <ForecastControls view={view} onChange={onChange} />
      <QueryView
        query={query}
        what={`the forecast for ${view.symbol}`}
        skeleton={<div className="skeleton-block skeleton-forecast" />}
      >
        {(forecast) => <ForecastView forecast={forecast} view={view} />}
      </QueryView>
    </Panel>
  )
}
