/** The chart and its library are not in the script that the page starts with. */
export const loadChart = () => import('./chart/price-chart')
