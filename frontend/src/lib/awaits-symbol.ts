import { createContext } from 'react'

/** Whether the page has yet to learn if its symbol exists. It says so itself, once, if the symbol does not. */
export const AwaitsSymbol = createContext(false)
