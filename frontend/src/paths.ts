export const paths = { home: '/', docs: '/docs', charts: 'https://www.tradingview.com/' } as const
