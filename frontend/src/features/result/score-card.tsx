import { Explained } from '@/components/explained'

export interface Score {
  name: string
  explanation: string
  value: string
  /** What the value is to be read beside, and its value. */
  rival: string
  rivalValue: string
}

export function ScoreCard({ score: { name, explanation, value, rival, rivalValue } }: { score: Score }) {
  return (
    <li className="score-card">
      <Explained explanation={explanation}>{name}</Explained> <strong>{value}</strong> <span>{rival}</span>{' '}
      <span>{rivalValue}</span>
    </li>
  )
}
