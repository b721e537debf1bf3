import { act, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { useLazyModule } from '@/lib/use-lazy-module'
import { PanelBoundary } from './panel-boundary'

interface Part {
  text: string
}

function Shown({ load }: { load: () => Promise<Part> }) {
  return <p>{useLazyModule(load)?.text ?? 'Loading'}</p>
}

function show(load: () => Promise<Part>) {
  return render(
    <PanelBoundary>
      <Shown load={load} />
    </PanelBoundary>,
  )
}

const fails = () => vi.fn<() => Promise<Part>>().mockRejectedValueOnce(new TypeError('Failed to fetch'))

afterEach(() => vi.restoreAllMocks())

test('a part that an offline device could not load is loaded once it is online', async () => {
  const online = vi.spyOn(window.navigator, 'onLine', 'get').mockReturnValue(false)
  const load = fails().mockResolvedValue({ text: 'The part' })
  show(load)
  await act(() => Promise.resolve())
  expect(screen.getByText('Loading')).toBeVisible()
  expect(screen.queryByRole('alert')).not.toBeInTheDocument()
  online.mockReturnValue(true)
  window.dispatchEvent(new Event('online'))
  expect(await screen.findByText('The part')).toBeVisible()
  expect(load).toHaveBeenCalledTimes(2)
})

test('a part that is no longer shown is not loaded again', async () => {
  vi.spyOn(window.navigator, 'onLine', 'get').mockReturnValue(false)
  const load = fails()
  const { unmount } = show(load)
  await act(() => Promise.resolve())
  unmount()
  window.dispatchEvent(new Event('online'))
  expect(load).toHaveBeenCalledTimes(1)
})

test('a part that cannot be loaded says what to do, and does not claim to be retried', async () => {
  vi.spyOn(console, 'error').mockReturnValue() // React reports what a boundary caught
  show(fails())
  const notice = await screen.findByRole('alert')
  expect(notice).toHaveTextContent('Reload the page.')
  expect(notice).not.toHaveTextContent('automatically')
})
