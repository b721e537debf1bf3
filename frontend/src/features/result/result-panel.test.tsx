import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { PROBLEMS, resultFailsWith, resultIs } from '@/testing/handlers'
import { renderPage } from '@/testing/render'
import { AAPL, LOOK_AHEAD } from '@/testing/results'
import { server } from '@/testing/server'

const panel = async () => within(await screen.findByRole('region', { name: /^Same-day estimate/ }))
const scores = async () => within(await (await panel()).findByRole('list', { name: 'Scores' }))

function visibleText(element: Element): string {
  const seen = element.cloneNode(true) as Element
  for (const hidden of seen.querySelectorAll('[popover]')) hidden.remove()
  return seen.textContent
}

async function verdicts(): Promise<string[]> {
  await scores()
  return [...document.querySelectorAll('.verdict')].map(visibleText)
}

test('the verdicts compare the model with both baselines and give the coverage', async () => {
  renderPage('/?symbol=AAPL')
  expect(await verdicts()).toEqual([
    '64 % smaller error than assuming no change',
    '7.6 % larger error: no better than a fixed formula',
    '90 % intervals held 89.8 %',
  ])
})

test.each([
  [0, 'Same error: no better than assuming no change', 'Same error: no better than a fixed formula'],
  [
    -0.25,
    '25 % larger error: no better than assuming no change',
    '25 % larger error: no better than a fixed formula',
  ],
  [
    null,
    'Nothing to beat: assuming no change makes no error',
    'Nothing to beat: a fixed formula makes no error',
  ],
])('a skill of %s is described in words', async (skill, overNoChange, overFormula) => {
  server.use(resultIs({ ...AAPL, skill, fixed_formula_skill: skill }))
  renderPage('/?symbol=AAPL')
  expect((await verdicts()).slice(0, 2)).toEqual([overNoChange, overFormula])
})

test('an error that is smaller than that of the formula by chance is not praised', async () => {
  const warnings = [{ code: 'formula_by_chance', detail: 'Chance explains it.' }]
  server.use(resultIs({ ...AAPL, fixed_formula_skill: 0.014, warnings }))
  renderPage('/?symbol=AAPL')
  expect((await verdicts())[1]).toBe('1.4 % smaller error than a fixed formula, which may be chance')
})

test('four scores are shown with the baselines to beat', async () => {
  renderPage('/?symbol=AAPL')
  const cards = (await scores()).getAllByRole('listitem').map(visibleText)
  expect(cards).toEqual([
    'MAE 2.07 no change 5.72',
    'RMSE 2.81 no change 7.84',
    'Directional accuracy 83.8 % middle of the range 86.4 %',
    'Coverage 89.8 % closes inside 587 of 654',
  ])
})

test('a score is explained to the mouse, the keyboard, a tap and a screen reader', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  const mae = (await scores()).getByRole('button', { name: 'MAE' })
  expect(mae).toHaveAccessibleDescription(/^Mean absolute error: how far the prediction is from the close/)

  const tooltips = screen.getAllByRole('tooltip', { hidden: true })
  const open = () => tooltips.filter((tooltip) => tooltip.hasAttribute('data-open'))
  await user.hover(mae)
  expect(open()).toEqual([screen.getByText(/^Mean absolute error: how/)])
  await user.unhover(mae)
  expect(open()).toEqual([])

  mae.focus()
  await user.tab()
  expect((await scores()).getByRole('button', { name: 'RMSE' })).toHaveFocus()
  expect(open().map((tooltip) => tooltip.textContent)).toEqual([expect.stringMatching(/^Root mean squared error/)])

  await user.pointer({ keys: '[TouchA]', target: (await scores()).getByRole('button', { name: 'Coverage' }) })
  expect(open()).toEqual([screen.getByText(/Their mean width is 8.07/)])
})

test('warnings come before every number', async () => {
  renderPage('/?symbol=AAPL')
  const warning = await screen.findByText(LOOK_AHEAD)
  expect(screen.getByRole('list', { name: 'Before you trust these numbers' })).toContainElement(warning)
  const mae = screen.getByText('2.07', { selector: 'strong' })
  for (const number of [screen.getByText('64 %'), screen.getByText('7.6 %'), mae]) {
    expect(warning.compareDocumentPosition(number)).toBe(Node.DOCUMENT_POSITION_FOLLOWING)
  }
})

test('all measures are shown with both baselines, and the method', async () => {
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await screen.findByText('All measures and the method'))
  const table = within(screen.getByRole('table', { name: 'How wrong it has been' }))
  expect(table.getByRole('row', { name: /^MAE mean error/ })).toHaveTextContent(/2.07.*5.72.*2.65/)
  expect(table.getByRole('row', { name: /^Directional/ })).toHaveTextContent(/83.8 %.*not defined.*86.4 %/)
  const measures = table.getAllByRole('rowheader').map((header) => header.textContent.split(' ')[0])
  expect(measures).toEqual(['MAE', 'RMSE', 'MSE', 'Directional', 'MAPE', 'R²'])
  expect(screen.getByText('1 Mar 2000 – 26 Jul 2010, 2,616 bars')).toBeVisible()
  expect(screen.getByText('27 Jul 2010 – 1 Mar 2013, 654 bars')).toBeVisible()
  expect(screen.getByText('−0.6123')).toBeVisible()
})

test('missing intervals are explained', async () => {
  server.use(resultIs({ ...AAPL, interval: null }))
  renderPage('/?symbol=AAPL')
  expect((await verdicts()).at(-1)).toBe('Too few sessions for intervals')
  expect((await scores()).getAllByRole('listitem').at(-1)).toHaveTextContent('– too few sessions for intervals')
})

test('a busy service can be retried by hand', async () => {
  server.use(resultFailsWith(PROBLEMS.busy, { once: true }))
  const { user } = renderPage('/?symbol=AAPL')
  await user.click(await (await panel()).findByRole('button', { name: 'Try again' }))
  expect(await verdicts()).toHaveLength(3)
})
