/** A sample of a line in the chart; `place` is the position of its symbol in the comparison, from 0. */
export function SeriesSwatch({ place }: { place: number }) {
  return (
    <svg className={`series-swatch series-swatch-${String(place + 1)}`} width="28" height="8" aria-hidden="true">
      <line x1="0" y1="4" x2="28" y2="4" />
    </svg>
  )
}
