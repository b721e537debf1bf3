import { useLocation, useSearch } from 'wouter'

/** What a printed page says of itself; print.css shows it on paper only. */
export function PaperFooter() {
  useLocation() // another address is another footer
  useSearch()
  return <p className="on-paper">Bellwether – not investment advice. {window.location.href}</p>
}
