import type { Warning } from '@/api/gen/types.gen'

export function WarningList({ warnings }: { warnings: readonly Warning[] }) {
  return (
    <section className="notice notice-warning" aria-labelledby="warnings-heading">
      <h3 id="warnings-heading">Before you trust these numbers</h3>
      {warnings.length === 0 ? (
        <p>There is nothing in particular to warn of.</p>
      ) : (
        <ul>
          {warnings.map(({ code, detail }) => (
            <li key={code}>{detail}</li>
          ))}
        </ul>
      )}
    </section>
  )
}
