const STEP = 45 // spreads ten thousand symbols from A to Z

/** Ten thousand symbols, AAAA to ZPPZ. */
export const MANY_SYMBOLS = Array.from({ length: 10_000 }, (_, i) =>
  [17_576, 676, 26, 1].map((place) => String.fromCharCode(65 + (Math.floor((i * STEP) / place) % 26))).join(''),
)
