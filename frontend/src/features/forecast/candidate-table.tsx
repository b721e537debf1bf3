import type { Candidate, Forecast } from '@/api/gen/types.gen'
import { modelName, skill } from '@/lib/format'

function interval({ skill: { lower, upper } }: Candidate): string {
  return lower === null || upper === null ? '–' : `${skill(lower)} to ${skill(upper)}`
}

export function CandidateTable({ forecast: { choice, horizon } }: { forecast: Forecast }) {
  return (
    <details className="numbers">
      <summary>Which model beats doing nothing?</summary>
      <div className="table-frame">
        <table>
          <caption>
            Skill {horizon} sessions ahead, over the last sessions: above zero is better than doing nothing, and beyond
            chance only if all of the interval is.
          </caption>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">Skill</th>
              <th scope="col">95 % interval</th>
            </tr>
          </thead>
          <tbody>
            {choice.candidates.map((candidate) => (
              <tr key={candidate.name}>
                <th scope="row">{modelName(candidate.name)}</th>
                <td>{skill(candidate.skill.skill)}</td>
                <td>{interval(candidate)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
