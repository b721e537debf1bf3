import type { UserConfig } from '@hey-api/openapi-ts'

const config: UserConfig = {
  input: '../docs/openapi/gateway.json',
  output: { path: 'src/api/gen', header: ({ defaultValue }) => ['// @ts-nocheck', ...defaultValue] },
  plugins: [{ name: '@hey-api/client-fetch' }, '@hey-api/typescript', '@hey-api/sdk'],
}

export default config
