import type { IChartApi } from 'lightweight-charts'

function withLightTheme<T>(callback: () => T): T {
  const root = document.documentElement
  const { theme } = root.dataset
  root.dataset.theme = 'light'
  const result = callback()
  if (theme === undefined) delete root.dataset.theme
  else root.dataset.theme = theme
  return result
}

/**
 * Renders a chart in light colors into `host` while the page is printed; print.css shows the picture in place of the
 * chart, as wide as the paper. The chart itself keeps the width and the colors of the screen, because it redraws only
 * after the page has been printed. Returns a function that stops this.
 */
export function renderForPrint(chart: IChartApi, host: HTMLElement, paint: () => void): () => void {
  let picture: HTMLCanvasElement | undefined
  const remove = (): void => {
    picture?.remove()
  }
  const add = (): void => {
    remove()
    picture = withLightTheme(() => {
      paint()
      return chart.takeScreenshot()
    })
    paint()
    picture.className = 'on-paper'
    host.append(picture)
  }
  window.addEventListener('beforeprint', add)
  window.addEventListener('afterprint', remove)
  return () => {
    window.removeEventListener('beforeprint', add)
    window.removeEventListener('afterprint', remove)
  }
}
