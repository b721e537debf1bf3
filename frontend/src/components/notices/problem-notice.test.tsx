import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { parseProblem } from '@/api/problem'
import { ProblemNotice } from './problem-notice'

afterEach(cleanup)

function show(slug: string, status: number): void {
  const problem = { type: `/problems/${slug}`, title: 'A title', status, detail: 'What to do.', retryable: false }
  render(<ProblemNotice problem={parseProblem(problem, new Response(null, { status }))} />)
}

test.each([
  ['symbol-not-found', 404, 'Check the spelling, or choose a suggestion as you type.'],
  ['internal-error', 500, 'See the service logs.'],
])('%s is followed by advice', (slug, status, advice) => {
  show(slug, status)
  expect(screen.getByRole('alert').textContent).toBe(`A titleWhat to do.${advice}`)
})

test.each([
  ['no-bars', 404],
  ['run-not-found', 404],
  ['no-adjusted-prices', 409],
  ['not-enough-bars', 409],
  ['unknown-host', 400],
])('%s says itself what to do', (slug, status) => {
  show(slug, status)
  expect(screen.getByRole('alert').textContent).toBe('A titleWhat to do.')
})
