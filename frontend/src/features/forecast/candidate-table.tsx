import type { Forecast } from '@/api/gen/types.gen'
import { classifySkill, type NamedSkill, STANDINGS } from '@/api/standing'
import { modelName, skillEstimate } from '@/lib/format'

function Row({ candidate }: { candidate: NamedSkill }) {
  const { value, range } = skillEstimate(candidate.skill)
  return (
    <tr>
      <th scope="row">{modelName(candidate.name)}</th>
      <td>{value}</td>
      <td>{range ?? '–'}</td>
      <td>{STANDINGS[classifySkill(candidate)]}</td>
    </tr>
  )
}

export function CandidateTable({ forecast }: { forecast: Forecast }) {
  const { choice, horizon } = forecast
  return (
    <table>
      <caption>
        Skill {horizon === 1 ? 'one session' : `${String(horizon)} sessions`} ahead, on past sessions. A model was better only
        if its 99 % CI, too, is above zero.
      </caption>
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Skill</th>
          <th scope="col">95 % CI</th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        {choice.candidates.map((candidate) => (
          <Row key={candidate.name} candidate={candidate} />
        ))}
      </tbody>
    </table>
  )
}
