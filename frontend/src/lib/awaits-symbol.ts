import { createContext } from 'react'

/**
 * Whether the page has yet to learn if its symbol exists. Until then, no panel says what failed: the page may say it for
 * all of them.
 */
export const AwaitsSymbol = createContext(false)
