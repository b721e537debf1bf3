import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ProblemError } from '@/api/problem'
import { QueryView } from '@/components/query-view'
import { createQueryClient } from './query-client'

const BUSY = {
  type: '/problems/busy',
  title: 'The service is busy',
  status: 503,
  detail: 'More work is waiting than the service lets wait.',
  retryable: true,
  requestId: '5f2b7c0e9d1a4b3c',
  retryAfterSeconds: 5,
  errors: [],
}

function Answer({ ask }: { ask: () => Promise<string> }) {
  const query = useQuery({ queryKey: ['answer'], queryFn: ask })
  return (
    <QueryView query={query} what="the answer" skeleton={<div />}>
      {(text) => <p>{text}</p>}
    </QueryView>
  )
}

function show(ask: () => Promise<string>, queries = createQueryClient()) {
  render(
    <QueryClientProvider client={queries}>
      <Answer ask={ask} />
    </QueryClientProvider>,
  )
  return queries
}

async function pass(seconds: number): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(seconds * 1000))
}

beforeEach(() => vi.useFakeTimers())

afterEach(() => vi.useRealTimers())

test('Retry-After sets the delay of the retry, which is counted down', async () => {
  const ask = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new ProblemError(BUSY)).mockResolvedValue('forty-two')
  show(ask)
  await pass(0.1)
  expect(screen.getByRole('alert')).toHaveTextContent('The service is busy')
  expect(screen.getByText(BUSY.requestId)).toBeVisible()
  expect(screen.getByRole('timer')).toHaveTextContent('Retrying in 5 s')
  await pass(2)
  expect(screen.getByRole('timer')).toHaveTextContent('Retrying in 3 s')
  expect(ask).toHaveBeenCalledTimes(1)
  await pass(3.2)
  expect(screen.getByText('forty-two')).toBeVisible()
  expect(screen.queryByRole('alert')).not.toBeInTheDocument()
})

test('the delays double with each failure, up to 30 seconds', async () => {
  const ask = vi.fn<() => Promise<string>>().mockRejectedValue(new ProblemError({ ...BUSY, retryAfterSeconds: null }))
  show(ask)
  const waits: (string | null)[] = []
  for (const seconds of [3, 6, 12, 24, 30]) {
    await pass(0.1)
    waits.push(screen.getByRole('timer').textContent)
    await pass(seconds)
  }
  expect(waits).toEqual([3, 6, 12, 24, 30].map((seconds) => `Retrying in ${String(seconds)} s`))
})

test('the retry can be started by hand', async () => {
  const ask = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new ProblemError(BUSY)).mockResolvedValue('forty-two')
  show(ask)
  await pass(0.1)
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  await pass(0.1)
  expect(screen.getByText('forty-two')).toBeVisible()
})

test('after leaving and coming back, only the rest of the delay remains', async () => {
  const ask = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new ProblemError(BUSY)).mockResolvedValue('forty-two')
  const queries = show(ask)
  await pass(0.1)
  cleanup()
  await pass(3)
  show(ask, queries)
  await pass(0.1)
  expect(ask).toHaveBeenCalledTimes(1)
  expect(screen.getByRole('timer')).toHaveTextContent('Retrying in 2 s')
  await pass(2.1)
  expect(screen.getByText('forty-two')).toBeVisible()
})

test('an error that is not retryable is not retried', async () => {
  const ask = vi
    .fn<() => Promise<string>>()
    .mockRejectedValue(new ProblemError({ ...BUSY, status: 404, title: 'Unknown symbol', retryable: false }))
  show(ask)
  await pass(120)
  expect(ask).toHaveBeenCalledTimes(1)
  expect(screen.getByRole('alert')).toHaveTextContent('Unknown symbol')
  expect(screen.queryByRole('button')).not.toBeInTheDocument()
  expect(screen.queryByRole('timer')).not.toBeInTheDocument()
})

test('a request that takes over two seconds shows its progress', async () => {
  const ask = () =>
    new Promise<string>((resolve) => setTimeout(resolve, 4000, 'forty-two'))
  show(ask)
  await pass(1.5)
  expect(screen.getByRole('status')).toHaveTextContent('Loading the answer')
  expect(screen.queryByRole('progressbar')).not.toBeInTheDocument()
  await pass(2)
  expect(screen.getByRole('progressbar', { name: 'Loading the answer' })).toBeVisible()
  expect(screen.getByText(/Still loading the answer/)).toHaveTextContent('3 s so far')
  await pass(1)
  expect(screen.getByText('forty-two')).toBeVisible()
})

test('old data stays when it cannot be refreshed, with its time', async () => {
  const ask = vi.fn<() => Promise<string>>().mockResolvedValueOnce('forty-two').mockRejectedValue(new ProblemError(BUSY))
  const queries = show(ask)
  await pass(0.1)
  await act(() => queries.invalidateQueries())
  await pass(0.1)
  expect(screen.getByText('forty-two')).toBeVisible()
  expect(screen.getByText(/^Last updated \d\d:\d\d; could not be refreshed. The service is busy./)).toBeVisible()
})
