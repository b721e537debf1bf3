import { Tooltip } from '@/components/tooltip'

export interface Score {
  name: string
  explanation: string
  value: string
  /** The baseline to compare the value with, and its value. */
  rival: string
  rivalValue: string
}

export function ScoreCard({ score: { name, explanation, value, rival, rivalValue } }: { score: Score }) {
  return (
    <li className="score-card">
      <Tooltip explanation={explanation}>{name}</Tooltip> <strong>{value}</strong> <span>{rival}</span>{' '}
      <span>{rivalValue}</span>
    </li>
  )
}
