import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Forecast, SkillEstimate } from '@/api/gen/types.gen'
import { AAPL_FORECAST } from '@/testing/forecasts'
import { barsAre, forecastFailsWith, forecastIs, PROBLEMS, stockIs } from '@/testing/handlers'
import { renderPage } from '@/testing/render'
import { server } from '@/testing/server'
import { AAPL_BARS, AAPL_STOCK } from '@/testing/stocks'

const panel = async () => within(await screen.findByRole('region', { name: 'Forecast' }))
const skill = async () => (await panel()).findByRole('button', { name: 'skill' })

const BETTER: SkillEstimate = {
  skill: 0.12,
  lower: 0.05,
  upper: 0.19,
  outcome: 'better',
  lower_of_several: 0.02,
  is_better: true,
  verdict: '',
}
const RIDGE = { ...AAPL_FORECAST.model, name: 'ridge', kind: 'model' } as const
const WORSE: SkillEstimate = { ...BETTER, skill: -0.5, lower: -0.9, upper: -0.1, outcome: 'no_better', is_better: false }
const UNTESTED: SkillEstimate = { ...BETTER, lower: null, upper: null, outcome: 'too_early', is_better: false }

function choose(asked_for: Forecast['choice']['asked_for']): Forecast['choice'] {
  return { asked_for, reason: 'You chose it.', candidates: [] }
}

test('the sentence comes first, then the skill with its model, its CI and the verdict', async () => {
  renderPage('/?symbol=AAPL')
  const line = (await skill()).closest('p')
  expect(line).toHaveTextContent(/^Best of the others: ridge, skill.* −0.02, 95 % CI −0.08 to 0.05 no better$/)
  const sentence = (await panel()).getByText(
    'By Tue, 5 Mar 2013: most likely between 409 and 452 (90 %). Best single guess: no change, 430.47. ' +
      'No model here has reliably beaten “no change”.',
  )
  expect(sentence.compareDocumentPosition(line ?? sentence)).toBe(Node.DOCUMENT_POSITION_FOLLOWING)
})

test('one rule makes the verdict of the headline and of the rows', async () => {
  const better = { name: 'ridge', skill: BETTER } as const
  const candidates = [better, ...AAPL_FORECAST.choice.candidates.slice(1)]
  server.use(forecastIs({ ...AAPL_FORECAST, choice: { ...choose('persistence'), candidates } }))
  const { user } = renderPage('/?symbol=AAPL&model=persistence')
  expect((await skill()).closest('p')).toHaveTextContent(/by definition$/)
  await user.click(await screen.findByText(/^Model: no change/))
  expect(screen.getByRole('row', { name: 'ridge 0.12 0.05 to 0.19 was better' })).toBeVisible()
})

test.each<[string, Partial<Forecast>, RegExp]>([
  ['a better model', { skill: BETTER, model: RIDGE }, /^ridge, skill.* 0.12, 95 % CI 0.05 to 0.19 was better$/],
  ['a worse one', { skill: WORSE, model: RIDGE, choice: choose('ridge') }, /^ridge, skill.* −0.50, 95 % CI −0.90 to −0.10 no better$/],
  ['the baseline', { choice: choose('persistence') }, /^no change, skill.* 0.00 by definition/],
  ['too few windows', { skill: UNTESTED, model: RIDGE, choice: choose('ridge') }, /^ridge, skill.* 0.12 too early to tell$/],
])('%s has its own badge', async (_, change, verdict) => {
  server.use(forecastIs({ ...AAPL_FORECAST, ...change }))
  renderPage('/?symbol=AAPL')
  expect((await skill()).closest('p')).toHaveTextContent(verdict)
})

test('a model that was hardly better is not said to be 0 % closer', async () => {
  const hardly = { ...BETTER, skill: 0.004 }
  server.use(forecastIs({ ...AAPL_FORECAST, skill: hardly, model: RIDGE, choice: choose('ridge') }))
  renderPage('/?symbol=AAPL')
  await skill()
  expect((await panel()).getByText(/On past sessions ridge was 0.4 % closer than “no change”.$/)).toBeVisible()
})

test('the expected range is a sentence with its coverage', async () => {
  renderPage('/?symbol=AAPL')
  await skill()
  expect((await panel()).getByText(/^Typical day ahead: 1.2 to 3.7 % between low and high;/)).toHaveTextContent(
    /as tested, 22 % closer than “as yesterday”.$/,
  )
  expect((await panel()).getByText('Such a range held 80 % of the last 250 times.')).toBeInTheDocument()
})

test('skill is explained', async () => {
  renderPage('/?symbol=AAPL')
  expect(await skill()).toHaveAccessibleDescription(/0 is no better, below 0 is worse/)
})

test('each session has its interval, and the caption compares coverage with the level', async () => {
  renderPage('/?symbol=AAPL')
  const name = '90 % intervals held 89.6 to 91.2 %, ±\u00a02.0 by chance.'
  const table = within(await (await panel()).findByRole('table', { name }))
  expect(table.getByRole('row', { name: '4 Mar 2013 (over) 415.47 430.47 445.47 8.22' })).toBeVisible()
  expect(table.getByRole('row', { name: '5 Mar 2013 (over) 409.26 430.47 451.68 8.22' })).toBeVisible()
})

test('untested intervals are marked as such', async () => {
  const steps = AAPL_FORECAST.steps.map((step) => ({ ...step, coverage: null }))
  server.use(forecastIs({ ...AAPL_FORECAST, steps }))
  renderPage('/?symbol=AAPL')
  const name = '90 % intervals: too few sessions to test them.'
  expect(await screen.findByRole('table', { name })).toBeVisible()
})

test('warnings come before the numbers, past dates first, and a fault of the bars is left to the Data panel', async () => {
  const few = { code: 'few_windows', detail: 'The bars allow only 51 test sessions.' }
  const stale = { code: 'stale', detail: 'The last bar is from 2013-03-01, 3457 sessions ago.' } // as the header says
  server.use(forecastIs({ ...AAPL_FORECAST, warnings: [...AAPL_FORECAST.warnings, few, stale] }))
  renderPage('/?symbol=AAPL')
  const number = (await skill()).closest('p')
  const warnings = (await panel()).getByRole('list', { name: 'Before you trust the forecast' })
  const items = within(warnings).getAllByRole('listitem')
  expect(items.map((warning) => warning.textContent)).toEqual([
    'These dates have passed: load newer bars.',
    'The bars allow only 51 test sessions.',
  ])
  expect(warnings.compareDocumentPosition(number ?? warnings)).toBe(Node.DOCUMENT_POSITION_FOLLOWING)
})

test('each fault of the bars is marked as one, and left to the Data panel if that has it', async () => {
  const codes = ['jump_over_gap', 'newest_row_rejected', 'wrong_rows']
  const warnings = codes.map((code) => ({ code, detail: `This is ${code}.` }))
  const findings = [{ code: 'wrong_rows', detail: '1 bar has prices of another size.', count: 1, sessions: [] }]
  server.use(forecastIs({ ...AAPL_FORECAST, warnings }), stockIs({ ...AAPL_STOCK, findings }))
  renderPage('/?symbol=AAPL')
  const marked = await (await panel()).findByText('This is jump_over_gap.')
  expect(marked).toHaveClass('data-fault')
  expect(screen.getByText('This is newest_row_rejected.')).toHaveClass('data-fault')
  expect(screen.queryByText('This is wrong_rows.')).not.toBeInTheDocument()
})

test.each([
  ['2013-03-02', 1],
  ['2011-04-01', 0],
])('as of %s, dates are said to have passed if no later bar is there', async (day, times) => {
  const as_of = day > '2013' ? '2013-03-01' : day
  server.use(forecastIs({ ...AAPL_FORECAST, as_of, warnings: [] }))
  renderPage(`/?symbol=AAPL&as_of=${day}`)
  await skill()
  await screen.findByRole('img', { name: /^Candlestick chart/ })
  expect((await panel()).queryAllByText('These dates have passed: load newer bars.')).toHaveLength(times)
})

test('future dates show no warning', async () => {
  const steps = AAPL_FORECAST.steps.map((step) => ({ ...step, session: '2999-01-04' })).slice(0, 1)
  server.use(forecastIs({ ...AAPL_FORECAST, steps, warnings: [] }))
  renderPage('/?symbol=AAPL')
  await skill()
  expect((await panel()).queryByRole('list', { name: 'Before you trust the forecast' })).not.toBeInTheDocument()
})

test('the model is shown, and the reason and the skill of every model are one click away', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByText('Model: no change, and why'))
  expect(screen.getByText(/^None of the other 5 models .* No change: .* The last close, on 1 Mar 2013, was 430.47/)).toBeVisible()
  const table = within(screen.getByRole('table', { name: /^Skill 2 sessions ahead/ }))
  expect(table.getByRole('row', { name: 'ridge −0.02 −0.08 to 0.05 no better' })).toBeVisible()
  expect(table.getByRole('row', { name: 'no change 0.00 – by definition' })).toBeVisible()
})

test('a chosen model is shown without the others', async () => {
  server.use(forecastIs({ ...AAPL_FORECAST, model: RIDGE, skill: BETTER, choice: choose('ridge') }))
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByText('Model: ridge, and why'))
  expect(screen.getByText(/^You chose it\./)).toBeVisible()
  expect(screen.queryByRole('table', { name: /^Skill/ })).not.toBeInTheDocument()
})

test('too few bars for a forecast leave the result in place', async () => {
  server.use(forecastFailsWith(PROBLEMS.tooFewBars))
  renderPage('/?symbol=NEW')
  expect(await (await panel()).findByRole('alert')).toHaveTextContent('at least 134 are needed')
  expect(await screen.findByText('64 %')).toBeVisible()
})

test('days of the forecast that are over are greyed and said to be over', async () => {
  renderPage('/?symbol=AAPL')
  const row = await screen.findByRole('row', { name: /^4 Mar 2013 \(over\) 415.47/ })
  expect(row).toHaveClass('step-over')
})

test('the closes that followed stand beside the forecast of a past day', async () => {
  const bars = AAPL_BARS.bars.map((bar, i) => (i === 249 ? { ...bar, session: '2013-03-04', close: 446 } : bar))
  server.use(barsAre({ ...AAPL_BARS, bars }))
  renderPage('/?symbol=AAPL&as_of=2013-03-01')
  expect(await screen.findByRole('row', { name: /^4 Mar 2013.* 415.47 430.47 445.47 446.00 outside$/ })).toBeVisible()
})
