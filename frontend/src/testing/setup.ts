import '@testing-library/jest-dom/vitest'
import { cleanup } from '@testing-library/react'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { stubCanvas } from './canvas'
import { server } from './server'

class StillObserver implements ResizeObserver {
  observe(): void {
    return
  }

  unobserve(): void {
    return
  }

  disconnect(): void {
    return
  }
}

function matchNothing(media: string): MediaQueryList {
  return Object.assign(new EventTarget(), {
    matches: false,
    media,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  })
}

window.ResizeObserver = StillObserver
window.matchMedia = matchNothing
window.scrollTo = () => undefined
Element.prototype.scrollIntoView = () => undefined
stubCanvas()

beforeAll(() => {
  server.listen({ onUnhandledFrame: 'error' })
})

afterEach(() => {
  cleanup()
  server.resetHandlers()
})

afterAll(() => {
  server.close()
})
