const LEAST = 0.005

/** Formats a probability with two digits; zero would claim too much. */
export function chance(probability: number): string {
  return probability < LEAST ? 'under 0.01' : probability.toFixed(2)
}
