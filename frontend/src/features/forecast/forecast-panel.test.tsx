import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Forecast, SkillEstimate } from '@/api/gen/types.gen'
import { AAPL_FORECAST } from '@/testing/forecasts'
import { forecastFailsWith, forecastIs, PROBLEMS } from '@/testing/handlers'
import { renderPage } from '@/testing/render'
import { server } from '@/testing/server'

const panel = async () => within(await screen.findByRole('region', { name: 'Looking ahead' }))
const skill = async () => (await panel()).findByRole('button', { name: 'skill' })

const BETTER: SkillEstimate = { skill: 0.12, lower: 0.05, upper: 0.19, is_better: true, verdict: '' }
const RIDGE = { ...AAPL_FORECAST.model, name: 'ridge', kind: 'model' } as const
const WORSE: SkillEstimate = { skill: -0.5, lower: -0.9, upper: -0.1, is_better: false, verdict: '' }
const UNTESTED: SkillEstimate = { skill: 0.12, lower: null, upper: null, is_better: false, verdict: '' }

function asked(asked_for: Forecast['choice']['asked_for']): Forecast['choice'] {
  return { asked_for, reason: 'It was asked for.', candidates: [] }
}

test('the verdict is a number, its interval and words; the words do not promise', async () => {
  renderPage('/?symbol=AAPL')
  const said = /^−0.02 No better than doing nothing skill.*, 95 % CI −0.08 to 0.05$/
  expect((await skill()).closest('p')).toHaveTextContent(said)
  expect((await panel()).getByText(/^No better than assuming that the close in 2 sessions/)).toBeVisible()
})

test.each<[string, Partial<Forecast>, RegExp]>([
  ['a better model', { skill: BETTER, model: RIDGE }, /^0.12 Better than doing nothing .*0.05 to 0.19$/],
  ['a worse one', { skill: WORSE, choice: asked('ridge') }, /^−0.50 No better than doing .*−0.90 to −0.10$/],
  ['doing nothing itself', { choice: asked('persistence') }, /^0.00 This is doing nothing skill/],
  ['too few sessions', { skill: UNTESTED, choice: asked('ridge') }, /^0.12 Not known to beat doing nothing skill/],
])('%s is said to be so', async (_, change, said) => {
  server.use(forecastIs({ ...AAPL_FORECAST, ...change }))
  renderPage('/?symbol=AAPL')
  expect((await skill()).closest('p')).toHaveTextContent(said)
})

test('skill is explained', async () => {
  renderPage('/?symbol=AAPL')
  expect(await skill()).toHaveAccessibleDescription(/0 is as wrong as doing nothing, below 0 is worse/)
})

test('each session has its interval, and the measured coverage stands beside the wanted', async () => {
  renderPage('/?symbol=AAPL')
  const table = within(await (await panel()).findByRole('table', { name: '90 % intervals held 90 % to 91 % so far.' }))
  expect(table.getByRole('row', { name: '4 Mar 2013 415.47 430.47 445.47 8.22' })).toBeVisible()
  expect(table.getByRole('row', { name: '5 Mar 2013 409.26 430.47 451.68 8.22' })).toBeVisible()
})

test('intervals that were never tested are said to be so', async () => {
  const steps = AAPL_FORECAST.steps.map((step) => ({ ...step, coverage: null }))
  server.use(forecastIs({ ...AAPL_FORECAST, steps }))
  renderPage('/?symbol=AAPL')
  const name = '90 % intervals: too few sessions to say what they hold.'
  expect(await screen.findByRole('table', { name })).toBeVisible()
})

test('warnings stand before the numbers; that the sessions are over is the first', async () => {
  renderPage('/?symbol=AAPL')
  const number = (await skill()).closest('p')
  const warnings = (await panel()).getByRole('list', { name: 'Before you trust the forecast' })
  const said = within(warnings).getAllByRole('listitem')
  expect(said.map((warning) => warning.textContent)).toEqual([
    'These sessions are over: load newer bars.',
    'Prices jump as at a split, once.',
  ])
  expect(warnings.compareDocumentPosition(number ?? warnings)).toBe(Node.DOCUMENT_POSITION_FOLLOWING)
})

test('sessions to come are not called over', async () => {
  const steps = AAPL_FORECAST.steps.map((step) => ({ ...step, session: '2999-01-04' })).slice(0, 1)
  server.use(forecastIs({ ...AAPL_FORECAST, steps, warnings: [] }))
  renderPage('/?symbol=AAPL')
  await skill()
  expect((await panel()).queryByRole('list', { name: 'Before you trust the forecast' })).not.toBeInTheDocument()
})

test('the model and why it was chosen are said, and the record of every model is one click away', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByText(/^Model: persistence. None of 1 others has beaten doing nothing/))
  expect(screen.getByText(/^Nothing changes: .* The last close, of 1 Mar 2013, is 430.47/)).toBeVisible()
  const table = within(screen.getByRole('table', { name: /^Skill 2 sessions ahead/ }))
  expect(table.getByRole('row', { name: 'ridge −0.02 −0.08 to 0.05' })).toBeVisible()
  expect(table.getByRole('row', { name: 'persistence 0.00 –' })).toBeVisible()
})

test('a model that was asked for by name has no others beside it', async () => {
  server.use(forecastIs({ ...AAPL_FORECAST, model: RIDGE, skill: BETTER, choice: asked('ridge') }))
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByText('Model: ridge. It was asked for.'))
  expect(screen.queryByRole('table', { name: /^Skill/ })).not.toBeInTheDocument()
})

test('too few bars for a forecast leave the result readable', async () => {
  server.use(forecastFailsWith(PROBLEMS.tooFewBars))
  renderPage('/?symbol=NEW')
  expect(await (await panel()).findByRole('alert')).toHaveTextContent('at least 134 are needed')
  expect(await screen.findByText('64 %')).toBeVisible()
})
