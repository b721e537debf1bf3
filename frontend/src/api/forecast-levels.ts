/** The levels of the fan around a forecast, in percent, besides the chosen one. */
const FAN_LEVELS = [50, 80, 90, 95]

/** The levels to ask of a forecast. The first is the one that it states in words and tables. */
export function forecastLevels(level: number): number[] {
  return [level, ...FAN_LEVELS.filter((other) => other !== level)]
}
