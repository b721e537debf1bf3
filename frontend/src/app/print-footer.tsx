import { useLocation, useSearch } from 'wouter'

/** The footer of a printed page; print.css hides it on screen. */
export function PrintFooter() {
  useLocation() // rerenders when the address changes
  useSearch()
  return <p className="on-paper">Bellwether – not investment advice. {window.location.href}</p>
}
