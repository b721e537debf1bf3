export function Status({ children }: { children: string }) {
  return (
    <p role="status" aria-live="polite" className="visually-hidden">
      {children}
    </p>
  )
}
