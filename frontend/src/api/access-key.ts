const NAME = 'bellwether-api-key'

export function accessKey(): string | null {
  return sessionStorage.getItem(NAME)
}

export function rememberAccessKey(key: string): void {
  sessionStorage.setItem(NAME, key.trim())
}
