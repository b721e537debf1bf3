/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin, type Rolldown } from 'vite'

const gateway = `http://127.0.0.1:${process.env.PORT ?? '8000'}`

const SOURCE = fileURLToPath(new URL('./src', import.meta.url))

/** Small modules that every page loads at its start, or several soon after: one file in place of a dozen. */
const INITIAL_PARTS =
  /@tanstack(?!.*([mM]utation|[qQ]ueries))|src\/(api\/(gen|client|problem|retry|get-stock|staleness)|components\/(status|warning-list|error-boundary|panel-boundary|notices|loading|query-view|skill-picture|sort-header|show-more|runs\/run-(state|cache))|features\/price-history\/(past-forecasts|slots|forecast-bands)|lib\/(use-now|findings|time-of-day|use-idle|format|storage|theme))/

/** The pages that have an address of their own, with the file of each. */
const PAGES = {
  screener: { title: 'Screener', file: 'src/features/screener/screener-page.tsx' },
  leaderboard: { title: 'Leaderboard', file: 'src/features/leaderboard/leaderboard-page.tsx' },
} as const

type Bundle = Rolldown.OutputBundle

/** Lists the chunks that are fetched for `roots`, in order, without the entry's own. */
function collectChunks(bundle: Bundle, roots: readonly string[], entry: string): string[] {
  const files = new Set<string>()
  const collect = (file: string): void => {
    const chunk = bundle[file]
    if (chunk?.type !== 'chunk' || file === entry || files.has(file)) return
    files.add(file)
    chunk.imports.forEach(collect)
  }
  roots.forEach(collect)
  return [...files]
}

const toPreload = (file: string): string => `<link rel="modulepreload" crossorigin href="/${file}">`

/**
 * Preloads the chunks that the entry imports dynamically, the page and its chart, while the entry is still parsed: with a
 * slow processor the chart is drawn a tenth of a second earlier. Each further page gets an HTML file of its own, which
 * preloads its script in place of the chart.
 */
function preloadLaterParts(): Plugin {
  return {
    name: 'preload-later-parts',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const chunks = Object.values(bundle).filter((part) => part.type === 'chunk')
        const entry = chunks.find(({ isEntry }) => isEntry)
        const index = bundle['index.html']
        if (entry === undefined || index?.type !== 'asset') throw new Error('The build has no entry or no index.html.')
        const find = (file: string) => chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/${file}`))
        const html = String(index.source)
        const write = (roots: readonly string[]): string => {
          const links = collectChunks(bundle, roots, entry.fileName).map(toPreload)
          const added = links.filter((link) => !html.includes(link)).map((link) => `  ${link}\n  `)
          return html.replace('</head>', `${added.join('')}</head>`)
        }
        index.source = write(entry.dynamicImports)
        for (const [path, { title, file }] of Object.entries(PAGES)) {
          const roots = [find('src/app/start.tsx'), find(file)].filter((chunk) => chunk !== undefined)
          const source = write(roots.map(({ fileName }) => fileName)).replace('<title>', `<title>${title} – `)
          this.emitFile({ type: 'asset', fileName: `${path}/index.html`, source })
        }
      },
    },
  }
}

/**
 * Makes V8 compile each whole script in the background while it is fetched, instead of each function at its first call,
 * which blocks the page: with a slow processor the chart is drawn a tenth earlier. Other browsers ignore the comment. V8
 * reads it only at the very top, above the code that Vite adds.
 */
function compileAhead(): Plugin {
  return {
    name: 'compile-ahead',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler: (_, bundle) => {
        for (const part of Object.values(bundle)) {
          if (part.type === 'chunk') part.code = `//# allFunctionsCalledOnLoad\n${part.code}`
        }
      },
    },
  }
}

export default defineConfig({
  plugins: [react(), preloadLaterParts(), compileAhead()],
  resolve: {
    alias: [
      { find: '@', replacement: SOURCE },
      { find: /^.*\/serverSentEvents\.gen$/, replacement: `${SOURCE}/api/no-event-client.ts` },
    ],
  },
  server: { proxy: Object.fromEntries(['/api', '/docs', '/openapi.json'].map((path) => [path, gateway])) },
  build: {
    outDir: 'dist',
    target: 'es2023',
    cssTarget: ['chrome125', 'firefox128', 'safari17.5'], // browsers that support light-dark()
    assetsInlineLimit: 0,
    cssCodeSplit: false, // Vite asks for the styles of a part once: an offline device would never get them
    reportCompressedSize: true,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'sdk.gen', test: INITIAL_PARTS }] } } },
  },
  test: {
    environment: 'jsdom',
    environmentOptions: { jsdom: { url: 'http://bellwether.test/' } },
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
    testTimeout: 120_000, // these limits only catch hangs: a test takes a second or two
    hookTimeout: 120_000,
    unstubGlobals: true,
    maxWorkers: '100%', // by default one core is left idle
  },
})
