import { render, screen, within } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { DEFAULT_VIEW } from '@/address/view'
import { ForecastControls } from './forecast-controls'

const names = (select: HTMLElement) => within(select).getAllByRole('option').map(({ textContent }) => textContent)

test('the model, the horizon and the level can be chosen', async () => {
  const onChange = vi.fn()
  render(<ForecastControls view={{ ...DEFAULT_VIEW, symbol: 'AAPL', level: 99 }} onChange={onChange} />)
  const user = userEvent.setup()
  const model = screen.getByRole('combobox', { name: 'Model' })
  const horizon = screen.getByRole('combobox', { name: 'Horizon' })
  const level = screen.getByRole('combobox', { name: 'Level' })
  expect(model).toHaveDisplayValue('auto')
  expect(horizon).toHaveDisplayValue('5 sessions')
  expect(level).toHaveDisplayValue('99 %')
  expect(names(model)).toEqual([
    'auto',
    'linear regression',
    'ridge',
    'gradient boosting',
    'no change (persistence)',
    'drift',
    'moving average',
  ])
  expect(names(horizon)).toHaveLength(20)
  expect(names(level)).toEqual(['50 %', '80 %', '90 %', '95 %', '99 %'])
  await user.selectOptions(model, 'gradient boosting')
  await user.selectOptions(horizon, '1 session')
  await user.selectOptions(level, '50 %')
  expect(onChange.mock.calls).toEqual([[{ model: 'gradient_boosting' }], [{ horizon: 1 }], [{ level: 50 }]])
})
