import { act, screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw/http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Run } from '@/api/gen/types.gen'
import { rememberAccessKey } from '@/api/access-key'
import { PROBLEMS } from '@/testing/handlers'
import { problemResponse } from '@/testing/problems'
import { renderPage } from '@/testing/render'
import { runIs, runsAre, runsTakeKey } from '@/testing/run-handlers'
import { server } from '@/testing/server'
import { FINISHED, LEADERBOARD, RUN } from '@/testing/universes'
import './runs-chip' // so that no test waits for them to compile
import './runs-dialog'

/** An event source that the test feeds; jsdom has none. */
class FedSource extends EventTarget {
  static readonly CLOSED = 2
  static open: FedSource[] = []
  readyState = 1
  onmessage: ((event: MessageEvent) => void) | null = null
  onerror: (() => void) | null = null
  readonly url: string

  constructor(url: string) {
    super()
    this.url = url
    FedSource.open.push(this)
  }

  close(): void {
    this.readyState = FedSource.CLOSED
    FedSource.open = FedSource.open.filter((source) => source !== this)
  }

  send(run: Run): void {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(run) }))
  }
}

function feed(run: Run): void {
  act(() => {
    FedSource.open.at(-1)?.send(run)
  })
}

beforeEach(() => {
  FedSource.open = []
  vi.stubGlobal('EventSource', FedSource)
})
afterEach(() => vi.unstubAllGlobals())

const chip = (name: RegExp) => screen.findByRole('button', { name })

test('without a run, the button opens the runs, and no events are followed', async () => {
  const { user } = renderPage('/nothing')
  await user.click(screen.getByRole('button', { name: /^Runs$/ })) // loads the chip, which opens the dialog
  const dialog = within(await screen.findByRole('dialog', { name: 'Runs over all symbols' }))
  expect(dialog.getByRole('button', { name: 'Evaluate all symbols' })).toBeVisible()
  expect(await dialog.findByText('None has ended yet.')).toBeVisible()
  expect(FedSource.open).toEqual([])
})

test('runs that cannot be read are not called none', async () => {
  server.use(http.get('*/api/runs', () => problemResponse(PROBLEMS.busy)))
  const { user } = renderPage('/nothing')
  await user.click(screen.getByRole('button', { name: /^Runs$/ }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Runs over all symbols' }))
  expect(await dialog.findByRole('alert')).toBeVisible()
  expect(dialog.queryByText('None has ended yet.')).not.toBeInTheDocument()
})

test('a run is followed by its events until it ends, which is announced', async () => {
  server.use(runsAre(RUN))
  renderPage('/nothing')
  await chip(/^Run 44 %$/)
  expect(FedSource.open.map(({ url }) => url)).toEqual([`/api/runs/${RUN.id}/events`])
  feed({ ...RUN, n_done: 400 })
  await chip(/^Run 79 %$/)
  expect(screen.queryByText(/^The run/)).not.toBeInTheDocument()
  feed(FINISHED)
  await chip(/^Runs$/)
  expect(screen.getByText(/^The run is complete: 504 symbols evaluated./)).toHaveAttribute('role', 'status')
  expect(FedSource.open).toEqual([])
})

test('a page in a background tab follows no events: tabs share six connections', async () => {
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  server.use(runsAre(RUN))
  renderPage('/nothing')
  await chip(/^Run 44 %$/)
  expect(FedSource.open).toEqual([])
  visibility.mockReturnValue('visible')
  act(() => {
    document.dispatchEvent(new Event('visibilitychange'))
  })
  expect(FedSource.open).toHaveLength(1)
})

test.each<[Run['state'], RegExp]>([
  ['queued', /^Run queued$/],
  ['cancelling', /^Cancelling run$/],
  ['interrupted', /^Run interrupted, 44 %$/],
])('a run that is %s says so', async (state, name) => {
  server.use(runsAre({ ...RUN, state }))
  renderPage('/nothing')
  expect(await chip(name)).toBeVisible()
})

test('a failed run is marked, with its reason and its failures', async () => {
  const failed: Run = { ...FINISHED, state: 'failed', error: 'The store did not answer. Start it again.' }
  server.use(runsAre(failed), runIs({ ...failed, failures: [{ symbol: 'NEWCO', reason: 'It has 44 bars.' }] }))
  const { user } = renderPage('/nothing')
  await user.click(await chip(/^Run failed$/))
  const dialog = within(await screen.findByRole('dialog'))
  expect(dialog.getByText('The store did not answer. Start it again.')).toBeVisible()
  await user.click(dialog.getByText('1 symbol could not be evaluated'))
  expect(await dialog.findByText(/It has 44 bars./)).toBeVisible()
})

test('a run is cancelled with the key of the tab', async () => {
  rememberAccessKey('the-key')
  const { handlers, sent } = runsTakeKey('the-key')
  server.use(runsAre(RUN), ...handlers)
  const { user } = renderPage('/nothing')
  await user.click(await chip(/^Run 44 %$/))
  const dialog = within(await screen.findByRole('dialog'))
  expect(dialog.queryByLabelText('API key')).not.toBeInTheDocument()
  await user.click(dialog.getByRole('button', { name: 'Cancel this run' }))
  expect(await dialog.findByText('Symbols under way are dropped; finished ones stay.')).toBeVisible()
  expect(sent.map(({ path }) => path)).toEqual([`/api/runs/${RUN.id}/cancel`])
})

test('runs that change at once are announced, the oldest first, and what is complete is fetched again', async () => {
  const next: Run = { ...RUN, id: 'next', state: 'queued', n_done: 0 }
  const asked = vi.fn()
  server.use(
    runsAre(next, RUN),
    http.get('*/api/leaderboard', () => {
      asked()
      return HttpResponse.json(LEADERBOARD)
    }),
  )
  renderPage('/leaderboard')
  await chip(/^Run 44 %$/)
  await waitFor(() => expect(asked).toHaveBeenCalledTimes(1))
  server.use(runsAre({ ...next, state: 'running' }, FINISHED))
  const [source] = FedSource.open
  act(() => {
    source?.close()
    source?.onerror?.()
  })
  expect(await screen.findByText(/^The run is complete: .* The run started: 505 symbols.$/, {}, { timeout: 20_000 })).toBeInTheDocument()
  await waitFor(() => expect(asked).toHaveBeenCalledTimes(2))
})

test('without events, the list is asked for while the run goes', async () => {
  server.use(runsAre(RUN))
  renderPage('/nothing')
  await chip(/^Run 44 %$/)
  const [source] = FedSource.open
  server.use(runsAre({ ...RUN, n_done: 300 }))
  act(() => {
    source?.close()
    source?.onerror?.()
  })
  expect(await screen.findByRole('button', { name: /^Run 59 %$/ }, { timeout: 20_000 })).toBeVisible()
})
