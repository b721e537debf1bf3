/** The definition of the baseline, which the code and the API call persistence. */
export const NO_CHANGE = 'No change: every coming close equals the last one.'
