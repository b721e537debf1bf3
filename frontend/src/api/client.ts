import { accessKey } from './access-key'
import { takeOrFetch } from './early-requests'
import { createClient, createConfig } from './gen/client'
import { parseProblem } from './problem'

export const gateway = createClient(
  createConfig({
    baseUrl: window.location.origin,
    parseAs: 'json',
    fetch: (request) => takeOrFetch(new Request(request)),
  }),
)

gateway.interceptors.request.use((request) => {
  const key = accessKey()
  if (key !== null && !request.headers.has('X-API-Key')) request.headers.set('X-API-Key', key)
  return request
})
gateway.interceptors.error.use((error, response) => parseProblem(error, response))
