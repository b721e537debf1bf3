/** What the plain input and the one that finds symbols have in common. */
export const COMPARE_INPUT = {
  className: 'compare-input',
  autoCapitalize: 'characters',
  spellCheck: false,
  maxLength: 32,
} as const
