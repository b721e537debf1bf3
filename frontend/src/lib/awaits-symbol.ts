import { createContext } from 'react'

/** Whether the page has yet to learn if its symbol exists and has adjusted prices. If not, it says so itself, once. */
export const AwaitsSymbol = createContext(false)
