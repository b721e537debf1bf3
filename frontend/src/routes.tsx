import { createRootRoute, createRoute, createRouter, type RouterHistory } from '@tanstack/react-router'
import { normaliseSymbol } from '@/lib/match-symbols'
import { HomePage } from './home-page'
import { Layout } from './layout'
import { NotFound } from './not-found'
import { paths } from './paths'

interface HomeSearch {
  symbol?: string
}

function validateSearch({ symbol }: Record<string, unknown>): HomeSearch {
  const chosen = typeof symbol === 'string' ? normaliseSymbol(symbol) : ''
  return chosen === '' ? {} : { symbol: chosen }
}

const root = createRootRoute({ component: Layout, notFoundComponent: NotFound })
const home = createRoute({ getParentRoute: () => root, path: paths.home, validateSearch, component: HomePage })

function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const text = new URLSearchParams(given).toString()
  return text === '' ? '' : `?${text}`
}

export function createAppRouter(history?: RouterHistory) {
  return createRouter({
    routeTree: root.addChildren([home]),
    parseSearch,
    stringifySearch,
    scrollRestoration: false,
    ...(history === undefined ? {} : { history }),
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
