import { MEASURES, SKILL } from './measures'

export function ColumnGuide() {
  return (
    <details className="numbers">
      <summary>What the columns mean</summary>
      <dl className="column-guide">
        {[SKILL, ...MEASURES].map(({ by, name, meaning }) => (
          <div key={by}>
            <dt>{name}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
