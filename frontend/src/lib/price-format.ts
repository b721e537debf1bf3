import { createContext, useContext, useMemo } from 'react'
import { difference, price } from './format'

/** Formats the prices of one symbol, all with the same digits. */
export interface PriceFormat {
  price: (value: number | null) => string
  difference: (value: number | null) => string
  /** Means have two more digits: those of models often differ by less than a price can. */
  mean: (value: number | null) => string
}

/** The digits of the symbol's prices; undefined until its bars are loaded. */
export const PriceDigits = createContext<number | undefined>(undefined)

export function createPriceFormat(digits: number | undefined): PriceFormat {
  return {
    price: (value) => price(value, digits),
    difference: (value) => difference(value, digits),
    mean: (value) => price(value, digits === undefined ? undefined : digits + 2),
  }
}

export function usePriceFormat(): PriceFormat {
  const digits = useContext(PriceDigits)
  return useMemo(() => createPriceFormat(digits), [digits])
}
