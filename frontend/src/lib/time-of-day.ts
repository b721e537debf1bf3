export function timeOfDay(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString(navigator.languages, { hour: '2-digit', minute: '2-digit' })
}
