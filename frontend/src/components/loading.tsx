const BLOCKS = ['title', 'warning', 'skill', 'table', 'chart'] as const

export function Loading() {
  return (
    <div className="skeleton" aria-hidden="true">
      {BLOCKS.map((block) => (
        <div key={block} className={`skeleton-block skeleton-${block}`} />
      ))}
    </div>
  )
}
