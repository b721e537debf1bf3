import { useRouterState } from '@tanstack/react-router'

/** What a printed page says of itself; print.css shows it on paper only. */
export function PaperFooter() {
  const href = useRouterState({ select: ({ location }) => location.href })
  return (
    <p className="on-paper">
      Bellwether – not investment advice. {window.location.origin}
      {href}
    </p>
  )
}
