import { expect, test } from 'vitest'
import { FINISHED, RUN } from '@/testing/universes'
import { announceChange, describeProgress, describeRequest, explainState, formatShare, selectActive } from './run-state'

test('progress is told with rate and time left, as far as they are known', () => {
  expect(describeProgress(RUN)).toBe('227 of 505 symbols done, 21 per second, about 13 s left')
  expect(describeProgress({ ...RUN, symbols_per_second: 0.25, seconds_left: 1112 })).toBe(
    '227 of 505 symbols done, 0.3 per second, about 19 min left',
  )
  expect(describeProgress({ ...RUN, symbols_per_second: null, seconds_left: null })).toBe('227 of 505 symbols done')
  expect(describeProgress({ ...RUN, n_done: 0, n_symbols: 1, symbols_per_second: null, seconds_left: null })).toBe('0 of 1 symbol done')
})

test('what a cancelled run was doing is dropped, as the API says', () => {
  expect(explainState({ ...RUN, state: 'cancelling' })).toBe('Symbols under way are dropped; finished ones stay.')
})

test('the share is rounded down, and below 100 % until the run has ended', () => {
  expect(formatShare({ ...RUN, n_done: 504 })).toBe('99 %')
  expect(formatShare({ ...RUN, n_done: 505 })).toBe('99 %')
  expect(formatShare({ ...RUN, n_done: 0, n_symbols: 0 })).toBe('0 %')
})

test('what a run computes is told in words', () => {
  expect(describeRequest(RUN)).toBe('505 symbols, 1 and 5 sessions ahead, level 90 %')
  expect(describeRequest({ ...RUN, request: { horizons: [1] } })).toBe('505 symbols, 1 session ahead, level 90 %')
  expect(describeRequest({ ...RUN, n_symbols: 1 })).toBe('1 symbol, 1 and 5 sessions ahead, level 90 %')
})

test('the run under way is shown before those that wait, of which the oldest is next', () => {
  const newest = { ...RUN, id: 'new', state: 'queued' as const }
  const older = { ...RUN, id: 'old', state: 'queued' as const }
  expect(selectActive([newest, older, { ...RUN, id: 'now', state: 'interrupted' }, FINISHED])?.id).toBe('now')
  expect(selectActive([newest, older, FINISHED])?.id).toBe('old')
  expect(selectActive([FINISHED])).toBeUndefined()
})

test('only changes of the state are announced', () => {
  expect(announceChange('running', RUN)).toBeNull()
  expect(announceChange('queued', RUN)).toBe('The run started: 505 symbols.')
  expect(announceChange('interrupted', RUN)).toBe('The run continues.')
  expect(announceChange('running', FINISHED)).toBe('The run is complete: 504 symbols evaluated. 1 symbol could not be evaluated.')
  expect(announceChange('running', { ...RUN, state: 'failed', error: 'Start it again.' })).toBe('The run failed. Start it again.')
})
