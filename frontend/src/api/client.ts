import { createClient, createConfig } from './gen/client'
import { problemFrom } from './problem'

export const gateway = createClient(createConfig({ baseUrl: window.location.origin, parseAs: 'json' }))

gateway.interceptors.error.use((error, response) => problemFrom(error, response))
