/** Attributes shared by the plain input and the combobox. */
export const COMPARE_INPUT = {
  className: 'compare-input',
  autoCapitalize: 'characters',
  spellCheck: false,
  maxLength: 32,
} as const
