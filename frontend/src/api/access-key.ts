import { readStorage, writeStorage } from '@/lib/storage'

const NAME = 'bellwether-api-key'

export function accessKey(): string | null {
  return readStorage('sessionStorage', NAME)
}

export function rememberAccessKey(key: string): void {
  writeStorage('sessionStorage', NAME, key.trim())
}
