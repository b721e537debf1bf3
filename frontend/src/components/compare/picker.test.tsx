import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { CompareCombobox } from './combobox'
import { ComparePicker } from './picker'

/** Like the page, replaces the panel and its picker once there is a symbol to compare with. */
function Panels({ chosen }: { chosen: string[] }) {
  const [compare, setCompare] = useState(chosen)
  return compare.length === 0 ? (
    <main>
      <ComparePicker symbol="AAPL" onChange={setCompare} />
    </main>
  ) : (
    <section>
      <CompareCombobox symbol="AAPL" compare={compare} onChange={setCompare} />
    </section>
  )
}

function renderPanels(...chosen: string[]) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Panels chosen={chosen} />
    </QueryClientProvider>,
  )
  return userEvent.setup()
}

function box() {
  return screen.findByRole('combobox', { name: 'Compare AAPL with' })
}

test('an unused picker takes no focus', async () => {
  renderPanels()
  expect(await box()).not.toHaveFocus()
})

test('the picker keeps the focus when choosing the first symbol replaces its panel', async () => {
  const user = renderPanels()
  await user.type(await box(), 'ib')
  await user.click(await screen.findByRole('option', { name: /^IBM/ }))
  expect(screen.getByRole('button', { name: 'Remove IBM' })).toBeVisible()
  expect(await box()).toHaveFocus()
})

test('the picker keeps the focus when removing the last symbol replaces its panel', async () => {
  const user = renderPanels('IBM')
  await box()
  await user.click(screen.getByRole('button', { name: 'Remove IBM' }))
  expect(screen.queryByRole('list', { name: 'Compared with' })).not.toBeInTheDocument()
  expect(await box()).toHaveFocus()
})
