import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { stubCanvas } from './canvas'
import { stubPopover } from './popover'
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

Object.defineProperty(window.navigator, 'languages', { value: ['en-GB'], configurable: true })
window.ResizeObserver = StillObserver
window.matchMedia = matchNothing
window.scrollTo = () => undefined
Element.prototype.scrollIntoView = () => undefined
stubCanvas()
stubPopover()
configure({ asyncUtilTimeout: 50_000 }) // catches hangs only; lazily loaded modules are transformed first

beforeAll(() => {
  server.listen({ onUnhandledFrame: 'error' })
})

afterEach(() => {
  cleanup()
  server.resetHandlers()
  localStorage.clear()
  sessionStorage.clear()
})

afterAll(() => {
  server.close()
})
