const MEASURE = { width: 10, actualBoundingBoxAscent: 8, actualBoundingBoxDescent: 2 }

function createContext(canvas: HTMLCanvasElement): unknown {
  const state: Record<string | symbol, unknown> = { canvas, measureText: () => MEASURE }
  return new Proxy(state, {
    get: (target, name) => target[name] ?? (() => undefined),
  })
}

export function stubCanvas(): void {
  HTMLCanvasElement.prototype.getContext = function getContext(this: HTMLCanvasElement) {
    return createContext(this)
  } as typeof HTMLCanvasElement.prototype.getContext
}
