import { screen, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw/http'
import { expect, test } from 'vitest'
import type { Evaluation, SkillEstimate } from '@/api/gen/types.gen'
import { AAPL_EVALUATION } from '@/testing/evaluations'
import { evaluationFailsWith, evaluationIs, PROBLEMS } from '@/testing/handlers'
import { address, renderPage } from '@/testing/render'
import { server } from '@/testing/server'

const EVALUATION = '*/api/stocks/:symbol/evaluation'

async function panel() {
  return within(await screen.findByRole('region', { name: 'Which model beats no change?' }))
}

async function scores() {
  return (await panel()).findByRole('table', { name: /^Scores 5 sessions ahead/ })
}

function modelsOf(table: HTMLElement) {
  return within(table)
    .getAllByRole('radio')
    .map((radio) => radio.closest('label')?.textContent)
}

function withSkill(name: string, change: Partial<Evaluation['models'][number]['skill']>): Evaluation {
  const models = AAPL_EVALUATION.models.map((model) =>
    model.name === name ? { ...model, skill: { ...model.skill, ...change } } : model,
  )
  return { ...AAPL_EVALUATION, models }
}

test('the verdict comes first, then the warnings, then the scores of every model', async () => {
  const few = { code: 'few_windows', detail: 'The bars allow only 5 test sessions.' }
  server.use(evaluationIs({ ...AAPL_EVALUATION, warnings: [...AAPL_EVALUATION.warnings, few] }))
  renderPage('/?symbol=AAPL')
  const table = await scores()
  const region = await panel()
  const verdict = region.getByText(/^No better than assuming no change in the last 250 .*ridge, the best of 3/)
  const warnings = await region.findByRole('list', { name: 'Before you compare the models' })
  expect(verdict.compareDocumentPosition(warnings)).toBe(Node.DOCUMENT_POSITION_FOLLOWING)
  expect(warnings.compareDocumentPosition(table)).toBe(Node.DOCUMENT_POSITION_FOLLOWING)
  expect(warnings).toHaveTextContent('The bars allow only 5 test sessions.')
  const rows = within(table).getAllByRole('row').slice(1)
  expect(rows.map((row) => within(row).getAllByRole('cell').map(({ textContent }) => textContent))).toEqual([
    ['0.0000 by definition', '–', '18.9900', '24.6870', '9.4950', '–', '88.8 %', '96.36', '131.20'],
    ['−0.0200 no better', '−0.0800 to 0.0400', '19.3400', '25.1420', '9.6700', '50 %', '88.8 %', '96.36', '131.20'],
    ['−0.0300 no better', '−0.0900 to 0.0300', '19.6000', '25.4800', '9.8000', '50 %', '88.8 %', '96.36', '131.20'],
    ['−0.6400 no better', '−0.7000 to −0.5800', '31.1000', '40.4300', '15.5500', '50 %', '88.8 %', '96.36', '131.20'],
  ])
  expect(table).toHaveTextContent('a plain band’s interval score is 129.80')
  expect(within(table).getByRole('rowheader', { name: 'ridge model What ridge does.' })).toBeVisible()
})

test('the number of windows is shown, with a caution about the best of several models', async () => {
  renderPage('/?symbol=AAPL&windows=100')
  const note = await (await panel()).findByText(/^5 windows \(too few bars for 100\): each is one session/)
  expect(note).toHaveTextContent('from 25 Feb 2013 to 1 Mar 2013, predicted 5 sessions ahead from earlier data only')
  expect(note).toHaveTextContent('the best of several looks better than it is')
})

test('a model that is not refitted at every window is named', async () => {
  const models = AAPL_EVALUATION.models.map((model) => ({ ...model, model: { ...model.model, refit_every: 125 } })).slice(0, 1)
  server.use(evaluationIs({ ...AAPL_EVALUATION, models }))
  renderPage('/?symbol=AAPL')
  expect(await (await panel()).findByText(/at every window, linear regression every 125\./)).toBeVisible()
})

test.each<[string, Partial<SkillEstimate>]>([
  ['was better', { skill: 0.1, lower: 0.04, upper: 0.16, outcome: 'better', is_better: true }],
  ['too early to tell', { skill: 0.1, lower: null, upper: null, outcome: 'too_early', is_better: false }],
])('skill is described as %s', async (words, change) => {
  server.use(evaluationIs(withSkill('ridge', change)))
  renderPage('/?symbol=AAPL')
  const row = within(await scores()).getByRole('row', { name: /^ridge/ })
  expect(within(row).getByText(words)).toBeVisible()
})

test('a column sorts best first, then in reverse, and the address follows', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  const table = await scores()
  const header = () => within(table).getByRole('columnheader', { name: /^MAE/ })
  expect(header()).toHaveAttribute('aria-sort', 'none')
  expect(within(table).getByRole('columnheader', { name: /^Skill/ })).toHaveAttribute('aria-sort', 'descending')
  await user.click(within(header()).getByRole('button'))
  expect(header()).toHaveAttribute('aria-sort', 'ascending')
  expect(address()).toBe('/?symbol=AAPL&sort=mae')
  await user.click(within(header()).getByRole('button'))
  expect(address()).toBe('/?symbol=AAPL&sort=-mae')
  expect(modelsOf(table)).toEqual(['moving average model', 'linear regression model', 'ridge model', 'no change baseline'])
  await user.click(within(table).getByRole('button', { name: 'Model' }))
  expect(modelsOf(table)[0]).toBe('linear regression model')
})

test('undefined values are sorted last in either direction', async () => {
  const { user } = renderPage('/?symbol=AAPL&sort=directional_accuracy')
  const table = await scores()
  expect(modelsOf(table).at(-1)).toBe('no change baseline')
  await user.click(within(table).getByRole('button', { name: /^Directional accuracy/ }))
  expect(modelsOf(table).at(-1)).toBe('no change baseline')
})

test('a row selects the forecast model, and auto resets it', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  const table = await scores()
  const region = await panel()
  expect(region.getByText(/auto. On these windows, no model is better beyond chance, so it assumes no change/)).toBeVisible()
  await user.click(within(table).getByRole('radio', { name: /^ridge/ }))
  expect(address()).toBe('/?symbol=AAPL&model=ridge')
  expect(within(table).getByRole('radio', { name: /^ridge/ })).toBeChecked()
  expect(region.getByText(/^Forecast model: ridge\. What ridge does\./)).toBeVisible()
  await user.click(region.getByRole('button', { name: 'Use auto' }))
  expect(address()).toBe('/?symbol=AAPL')
})

test('auto names the model that it chooses', async () => {
  server.use(evaluationIs({ ...AAPL_EVALUATION, best: 'ridge' }))
  renderPage('/?symbol=AAPL')
  expect(await (await panel()).findByText(/On these windows, it chooses ridge\./)).toBeVisible()
})

test('while new windows are computed, the previous numbers are marked as such', async () => {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const { user } = renderPage('/?symbol=AAPL')
  const table = await scores()
  const region = await panel()
  server.use(
    http.get(EVALUATION, async ({ request }) => {
      expect(new URL(request.url).searchParams.get('windows')).toBe('1000')
      await held
      return HttpResponse.json({ ...AAPL_EVALUATION, verdict: 'The new verdict.' })
    }),
  )
  await user.selectOptions(region.getByRole('combobox', { name: 'Windows' }), '1,000')
  expect(await region.findByText(/still the previous numbers: 5 sessions ahead, 5 windows, 90 % intervals, unadjusted prices/)).toBeVisible()
  expect(table.closest('[aria-busy="true"]')).not.toBeNull()
  release()
  expect(await region.findByText('The new verdict.')).toBeVisible()
  expect(region.queryByText(/still the previous numbers/)).not.toBeInTheDocument()
  expect(table.closest('[aria-busy="true"]')).toBeNull()
})

test('a problem replaces the previous numbers', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  const table = await scores()
  const region = await panel()
  server.use(evaluationFailsWith(PROBLEMS.tooFewBars))
  await user.selectOptions(region.getByRole('combobox', { name: 'Windows' }), '500')
  expect(await region.findByRole('alert')).toHaveTextContent('at least 134 are needed')
  expect(table).not.toBeInTheDocument()
})
