import { fireEvent, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { useFocusRescue } from './use-focus-rescue'

function Page() {
  useFocusRescue()
  const [isDone, setIsDone] = useState(false)
  const finish = (): void => {
    setIsDone(true)
  }
  return (
    <>
      <section aria-label="Part">{isDone ? 'Done' : <button onClick={finish}>Finish</button>}</section>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- as the frame of a wide table */}
      <section aria-label="Frame" tabIndex={0}>
        {!isDone && <button onClick={finish}>Finish in the frame</button>}
      </section>
      <input aria-label="Elsewhere" />
      <button onClick={finish}>Finish without focus</button>
    </>
  )
}

test.each([
  ['Finish', 'Part', '-1'],
  ['Finish in the frame', 'Frame', '0'],
])('the focus of %s, which vanishes, goes to what is around it', async (name, around, tabIndex) => {
  render(<Page />)
  const user = userEvent.setup()
  screen.getByRole('button', { name }).focus()
  await user.keyboard('{Enter}')
  expect(screen.getByRole('region', { name: around })).toHaveFocus()
  expect(screen.getByRole('region', { name: around })).toHaveAttribute('tabindex', tabIndex)
})

test('what was left before it vanishes gives the focus to nothing', async () => {
  render(<Page />)
  const user = userEvent.setup()
  screen.getByRole('button', { name: 'Finish' }).focus()
  await user.click(document.body)
  fireEvent.click(screen.getByText('Finish without focus')) // moves no focus
  expect(screen.queryByRole('button', { name: 'Finish' })).not.toBeInTheDocument()
  expect(document.body).toHaveFocus()
})

test('what vanishes elsewhere leaves the focus', () => {
  render(<Page />)
  const input = screen.getByRole('textbox', { name: 'Elsewhere' })
  input.focus()
  fireEvent.click(screen.getByText('Finish without focus')) // moves no focus
  expect(screen.queryByRole('button', { name: 'Finish' })).not.toBeInTheDocument()
  expect(input).toHaveFocus()
})
