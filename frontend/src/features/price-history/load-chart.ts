/** Keeps the chart and its library out of the initial script. */
export const loadChart = () => import('./chart/price-chart')
