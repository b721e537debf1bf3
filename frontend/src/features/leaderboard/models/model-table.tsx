import type { Leaderboard, RankedModel } from '@/api/gen/types.gen'
import { computeReach, SkillPicture, SkillScale } from '@/components/skill-picture'
import { TableFrame } from '@/components/table-frame'
import { chance } from '@/features/leaderboard/chance'
import { count, formatCount, modelName, percent, price, skillEstimate } from '@/lib/format'
import { COLUMNS } from './columns'
import { LuckPicture } from './luck-picture'

const MS = 1000
const [SKILL, ...OTHERS] = COLUMNS

function describePlace({ name, may_be_best: mayBeBest }: RankedModel): string {
  if (name === 'persistence') return mayBeBest ? 'may be the best' : 'beaten beyond chance'
  return mayBeBest ? 'may be the best' : 'not the best'
}

function writeTime(seconds: number): string {
  return seconds * MS < 1 ? 'under 1 ms' : `${count(seconds * MS)} ms`
}

interface ModelRowProps {
  model: RankedModel
  reach: number
  most: number
}

function ModelRow({ model, reach, most }: ModelRowProps) {
  const { skill, lower, upper, win_rate: winRate, by_chance: luck, n_better: nBetter } = model
  const { value, range } = skillEstimate({ skill, lower, upper })
  return (
    <tr className={model.name === 'persistence' ? 'is-persistence' : undefined}>
      <th scope="row">{modelName(model.name)}</th>
      <td>
        {value} <span className="second">{range ?? 'the baseline'}</span>
        <SkillPicture estimate={{ skill, lower, upper }} reach={reach} />
      </td>
      <td>
        {describePlace(model)} <span className="second">p-value {chance(model.p_value)}</span>
      </td>
      <td>{percent(winRate)}</td>
      <td>
        {luck === null ? (
          '–'
        ) : (
          <>
            {count(nBetter)} <span className="second">luck: {`${count(luck.low)} to ${count(luck.high)}`}</span>
            <LuckPicture n={nBetter} luck={luck} most={most} />
          </>
        )}
      </td>
      <td>{luck === null ? '–' : count(model.n_worse)}</td>
      <td>{percent(model.coverage, 1)}</td>
      <td>
        {price(model.interval_score)} <span className="second">plain band: {price(model.score_of_plain_band)}</span>
      </td>
      <td>{writeTime(model.seconds)}</td>
      <td>{count(model.n_failed)}</td>
    </tr>
  )
}

function ColumnMeanings() {
  return (
    <details className="numbers">
      <summary>What the columns mean</summary>
      <dl className="column-guide">
        {COLUMNS.map(({ name, meaning }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

export function ModelTable({ leaderboard: { models, universe, n_compared: nCompared } }: { leaderboard: Leaderboard }) {
  const reach = computeReach(models)
  const most = Math.max(1, ...models.flatMap(({ n_better: n, by_chance: luck }) => (luck === null ? [] : [n, luck.high])))
  return (
    <div>
      <TableFrame label="Models over all symbols" className="ranked-models">
        <table>
          <caption>
            <span>
              Models by skill over {formatCount(nCompared, 'symbol')}, best first. No change is the baseline. Prediction
              intervals at {universe.level} %.
            </span>
          </caption>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col" title={SKILL?.meaning}>
                {SKILL?.name}
                <SkillScale reach={reach} />
              </th>
              {OTHERS.map(({ name, meaning }) => (
                <th key={name} scope="col" title={meaning}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {models.map((model) => (
              <ModelRow key={model.name} model={model} reach={reach} most={most} />
            ))}
          </tbody>
        </table>
      </TableFrame>
      <ColumnMeanings />
    </div>
  )
}
