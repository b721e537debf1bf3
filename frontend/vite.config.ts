/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const gateway = `http://127.0.0.1:${process.env.PORT ?? '8000'}`

/**
 * Lets the browser fetch what the entry imports later, the page and its chart, while it still reads the entry: with a slow
 * processor the chart is there a tenth of a second earlier.
 */
function preloadLaterParts(): Plugin {
  return {
    name: 'preload-later-parts',
    apply: 'build',
    transformIndexHtml: (_, { bundle = {}, chunk: entry }) => {
      const wanted = new Set<string>()
      const want = (file: string): void => {
        const chunk = bundle[file]
        if (chunk?.type !== 'chunk' || chunk === entry || wanted.has(file)) return
        wanted.add(file)
        chunk.imports.forEach(want)
      }
      entry?.dynamicImports.forEach(want)
      return [...wanted].map((file) => ({
        tag: 'link',
        attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
        injectTo: 'head',
      }))
    },
  }
}

/**
 * Lets V8 compile each script whole, in the background while it is fetched, and not each function at its first call, which
 * holds up the page: with a slow processor the chart is there a tenth earlier. Other browsers read over the comment, which
 * V8 heeds at the very top only, above what Vite itself puts there.
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
    cssTarget: ['chrome125', 'firefox128', 'safari17.5'], // what knows light-dark() by itself
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
