import { createRootRoute, createRoute, createRouter, type RouterHistory } from '@tanstack/react-router'
import { readSearch, type Search, writeSearch } from '@/lib/view'
import { HomePage } from './home-page'
import { Layout } from './layout'
import { NotFound } from './not-found'
import { paths } from './paths'

function validateSearch(search: Record<string, unknown>): Search {
  const { symbol, view } = readSearch(search)
  return writeSearch(symbol, view)
}

const root = createRootRoute({ component: Layout, notFoundComponent: NotFound })
const home = createRoute({ getParentRoute: () => root, path: paths.home, validateSearch, component: HomePage })

function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const text = new URLSearchParams(given).toString().replaceAll('%2C', ',')
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
