import { type ReactNode, useState } from 'react'

interface DisclosureProps {
  summary: ReactNode
  children: () => ReactNode
}

/** A part that is closed at first, and drawn only while it is open. */
export function Disclosure({ summary, children }: DisclosureProps) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details
      className="numbers"
      onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}
    >
      <summary>{summary}</summary>
      {isOpen && children()}
    </details>
  )
}
