import type { Warning } from '@/api/gen/types.gen'

interface WarningListProps {
  label: string
  warnings: readonly Pick<Warning, 'code' | 'detail'>[]
}

export function WarningList({ label, warnings }: WarningListProps) {
  if (warnings.length === 0) return <></>
  return (
    <ul className="warnings" aria-label={label}>
      {warnings.map(({ code, detail }) => (
        <li key={code}>{detail}</li>
      ))}
    </ul>
  )
}
