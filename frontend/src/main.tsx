import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { createQueryClient } from './query-client'
import { createAppRouter } from './routes'
import './styles/tokens.css'
import './styles/base.css'
import './styles/search.css'
import './styles/result.css'

const host = document.getElementById('root')
if (host === null) throw new Error('index.html has no element with the id "root".')

createRoot(host).render(
  <StrictMode>
    <App queryClient={createQueryClient()} router={createAppRouter()} />
  </StrictMode>,
)
