import type { Candidate, Forecast } from '@/api/gen/types.gen'
import { modelName, skillEstimate } from '@/lib/format'

function Row({ candidate: { name, skill } }: { candidate: Candidate }) {
  const { value, range } = skillEstimate(skill)
  return (
    <tr>
      <th scope="row">{modelName(name)}</th>
      <td>{value}</td>
      <td>{range ?? '–'}</td>
    </tr>
  )
}

export function CandidateTable({ forecast: { choice, horizon } }: { forecast: Forecast }) {
  return (
    <table>
      <caption>
        Skill {horizon === 1 ? 'one session' : `${String(horizon)} sessions`} ahead, on past sessions: above zero is better
        than assuming no change, and beyond chance only if the whole CI is.
      </caption>
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Skill</th>
          <th scope="col">95 % CI</th>
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
