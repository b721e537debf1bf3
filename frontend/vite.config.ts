/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const gateway = `http://127.0.0.1:${process.env.PORT ?? '8000'}`

/**
 * Preloads the chunks that the entry imports dynamically, the page and its chart, while the entry is still parsed: with a
 * slow processor the chart is drawn a tenth of a second earlier.
 */
function preloadLaterParts(): Plugin {
  return {
    name: 'preload-later-parts',
    apply: 'build',
    transformIndexHtml: (_, { bundle = {}, chunk: entry }) => {
      const chunks = new Set<string>()
      const collect = (file: string): void => {
        const chunk = bundle[file]
        if (chunk?.type !== 'chunk' || chunk === entry || chunks.has(file)) return
        chunks.add(file)
        chunk.imports.forEach(collect)
      }
      entry?.dynamicImports.forEach(collect)
      return [...chunks].map((file) => ({
        tag: 'link',
        attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
        injectTo: 'head',
      }))
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
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: Object.fromEntries(['/api', '/docs', '/openapi.json'].map((path) => [path, gateway])) },
  build: {
    outDir: 'dist',
    target: 'es2023',
    cssTarget: ['chrome125', 'firefox128', 'safari17.5'], // browsers that support light-dark()
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  test: {
    environment: 'jsdom',
    environmentOptions: { jsdom: { url: 'http://bellwether.test/' } },
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
    testTimeout: 120_000, // these limits only catch hangs: a test takes a second or two
    hookTimeout: 120_000,
    unstubGlobals: true,
  },
})
