import { memo } from 'react'
import { Link } from 'wouter'
import { buildScreenerAddress, type ScreenerView } from '@/address/screener-view'
import { applyPreset, isPreset, PRESETS } from '@/features/screener/presets'

export const PresetLinks = memo(function PresetLinks({ view }: { view: ScreenerView }) {
  return (
    <nav aria-label="Presets" className="presets">
      {PRESETS.map((preset) => (
        <Link
          key={preset.name}
          href={buildScreenerAddress(applyPreset(view, preset))}
          title={preset.meaning}
          aria-current={isPreset(view, preset) ? 'page' : undefined}
        >
          {preset.name}
        </Link>
      ))}
    </nav>
  )
})
