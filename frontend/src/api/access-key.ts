import { readStorage, writeStorage } from '@/lib/storage'

const NAME = 'bellwether-api-key'

export function accessKey(): string | null {
  return readStorage('sessionStorage', NAME)
}

/** Drops what no key has, such as an invisible character that was pasted along: a header with it cannot be sent. */
export function rememberAccessKey(key: string): void {
  writeStorage('sessionStorage', NAME, key.replaceAll(/[^!-~]/g, ''))
}
