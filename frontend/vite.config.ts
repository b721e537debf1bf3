/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const gateway = `http://127.0.0.1:${process.env.PORT ?? '8000'}`

export default defineConfig({
  plugins: [react()],
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
    unstubGlobals: true,
  },
})
