import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Forecast, SkillEstimate } from '@/api/gen/types.gen'
import { AAPL_FORECAST } from '@/testing/forecasts'
import { forecastFailsWith, forecastIs, PROBLEMS } from '@/testing/handlers'
import { renderPage } from '@/testing/render'
import { server } from '@/testing/server'

const panel = async () => within(await screen.findByRole('region', { name: 'Forecast' }))
const skill = async () => (await panel()).findByRole('button', { name: 'skill' })

const BETTER: SkillEstimate = { skill: 0.12, lower: 0.05, upper: 0.19, is_better: true, verdict: '' }
const RIDGE = { ...AAPL_FORECAST.model, name: 'ridge', kind: 'model' } as const
const WORSE: SkillEstimate = { skill: -0.5, lower: -0.9, upper: -0.1, is_better: false, verdict: '' }
const UNTESTED: SkillEstimate = { skill: 0.12, lower: null, upper: null, is_better: false, verdict: '' }

function choose(asked_for: Forecast['choice']['asked_for']): Forecast['choice'] {
  return { asked_for, reason: 'You chose it.', candidates: [] }
}

test('the verdict has the skill, its CI and a sentence', async () => {
  renderPage('/?symbol=AAPL')
  const verdict = /^−0.02 No better skill.*, 95 % CI −0.08 to 0.05$/
  expect((await skill()).closest('p')).toHaveTextContent(verdict)
  expect((await panel()).getByText(/^No better than assuming no change: ridge/)).toBeVisible()
})

test.each<[string, Partial<Forecast>, RegExp]>([
  ['a better model', { skill: BETTER, model: RIDGE }, /^0.12 Better skill.*0.05 to 0.19$/],
  ['a worse one', { skill: WORSE, choice: choose('ridge') }, /^−0.50 No better skill.*−0.90 to −0.10$/],
  ['the baseline', { choice: choose('persistence') }, /^0.00 Baseline skill/],
  ['too few windows', { skill: UNTESTED, choice: choose('ridge') }, /^0.12 Too few windows to say skill/],
])('%s has its own badge', async (_, change, verdict) => {
  server.use(forecastIs({ ...AAPL_FORECAST, ...change }))
  renderPage('/?symbol=AAPL')
  expect((await skill()).closest('p')).toHaveTextContent(verdict)
})

test('skill is explained', async () => {
  renderPage('/?symbol=AAPL')
  expect(await skill()).toHaveAccessibleDescription(/0 is no better, below 0 is worse/)
})

test('each session has its interval, and the caption compares coverage with the level', async () => {
  renderPage('/?symbol=AAPL')
  const table = within(await (await panel()).findByRole('table', { name: '90 % intervals held 90 % to 91 % so far.' }))
  expect(table.getByRole('row', { name: '4 Mar 2013 415.47 430.47 445.47 8.22' })).toBeVisible()
  expect(table.getByRole('row', { name: '5 Mar 2013 409.26 430.47 451.68 8.22' })).toBeVisible()
})

test('untested intervals are marked as such', async () => {
  const steps = AAPL_FORECAST.steps.map((step) => ({ ...step, coverage: null }))
  server.use(forecastIs({ ...AAPL_FORECAST, steps }))
  renderPage('/?symbol=AAPL')
  const name = '90 % intervals: too few sessions to test them.'
  expect(await screen.findByRole('table', { name })).toBeVisible()
})

test('warnings come before the numbers, and past dates first', async () => {
  renderPage('/?symbol=AAPL')
  const number = (await skill()).closest('p')
  const warnings = (await panel()).getByRole('list', { name: 'Before you trust the forecast' })
  const items = within(warnings).getAllByRole('listitem')
  expect(items.map((warning) => warning.textContent)).toEqual([
    'These dates have passed: load newer bars.',
    'Prices jump as at a split, once.',
  ])
  expect(warnings.compareDocumentPosition(number ?? warnings)).toBe(Node.DOCUMENT_POSITION_FOLLOWING)
})

test('future dates show no warning', async () => {
  const steps = AAPL_FORECAST.steps.map((step) => ({ ...step, session: '2999-01-04' })).slice(0, 1)
  server.use(forecastIs({ ...AAPL_FORECAST, steps, warnings: [] }))
  renderPage('/?symbol=AAPL')
  await skill()
  expect((await panel()).queryByRole('list', { name: 'Before you trust the forecast' })).not.toBeInTheDocument()
})

test('the model and the reason are shown, and the skill of every model is one click away', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByText(/^Model: no change. None of the other 5 models has beaten assuming no change/))
  expect(screen.getByText(/^No change: .* The last close, on 1 Mar 2013, was 430.47/)).toBeVisible()
  const table = within(screen.getByRole('table', { name: /^Skill 2 sessions ahead/ }))
  expect(table.getByRole('row', { name: 'ridge −0.02 −0.08 to 0.05' })).toBeVisible()
  expect(table.getByRole('row', { name: 'no change 0.00 –' })).toBeVisible()
})

test('a chosen model is shown without the others', async () => {
  server.use(forecastIs({ ...AAPL_FORECAST, model: RIDGE, skill: BETTER, choice: choose('ridge') }))
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByText('Model: ridge. You chose it.'))
  expect(screen.queryByRole('table', { name: /^Skill/ })).not.toBeInTheDocument()
})

test('too few bars for a forecast leave the result in place', async () => {
  server.use(forecastFailsWith(PROBLEMS.tooFewBars))
  renderPage('/?symbol=NEW')
  expect(await (await panel()).findByRole('alert')).toHaveTextContent('at least 134 are needed')
  expect(await screen.findByText('64 %')).toBeVisible()
})
