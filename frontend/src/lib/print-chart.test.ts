import type { IChartApi } from 'lightweight-charts'
import { afterEach, expect, test } from 'vitest'
import { renderForPrint } from './print-chart'

const root = document.documentElement

afterEach(() => {
  delete root.dataset.theme
})

function printed() {
  const host = document.createElement('div')
  const themes: (string | undefined)[] = []
  const chart = { takeScreenshot: () => document.createElement('canvas') } as unknown as IChartApi
  const stop = renderForPrint(chart, host, () => themes.push(root.dataset.theme))
  return { host, themes, stop }
}

test.each([['dark'], [undefined]])('a chart in the theme %s is printed in light colors', (theme) => {
  if (theme !== undefined) root.dataset.theme = theme
  const { host, themes, stop } = printed()
  window.dispatchEvent(new Event('beforeprint'))
  window.dispatchEvent(new Event('beforeprint'))
  expect(host.querySelectorAll('canvas.on-paper')).toHaveLength(1)
  expect(themes).toEqual(['light', theme, 'light', theme])
  window.dispatchEvent(new Event('afterprint'))
  expect(host).toBeEmptyDOMElement()
  stop()
})

test('a removed chart is not printed', () => {
  const { host, stop } = printed()
  stop()
  window.dispatchEvent(new Event('beforeprint'))
  expect(host).toBeEmptyDOMElement()
})
