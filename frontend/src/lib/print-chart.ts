import type { IChartApi } from 'lightweight-charts'

function inLight<T>(make: () => T): T {
  const root = document.documentElement
  const { theme } = root.dataset
  root.dataset.theme = 'light'
  const made = make()
  if (theme === undefined) delete root.dataset.theme
  else root.dataset.theme = theme
  return made
}

/**
 * Puts a picture of a chart in light colours into `host` while the page is printed; print.css shows it in place of the
 * chart, as wide as the paper. The chart itself keeps the width and the colours of the screen: it would draw again only
 * after the page has been printed. Returns how to stop.
 */
export function pictureForPaper(chart: IChartApi, host: HTMLElement, paint: () => void): () => void {
  let picture: HTMLCanvasElement | undefined
  const remove = (): void => {
    picture?.remove()
  }
  const add = (): void => {
    remove()
    picture = inLight(() => {
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
