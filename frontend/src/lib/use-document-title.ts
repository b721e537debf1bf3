import { useEffect } from 'react'

const NAME = 'Bellwether'

export function useDocumentTitle(subject?: string): void {
  useEffect(() => {
    document.title = subject === undefined ? NAME : `${subject} – ${NAME}`
  }, [subject])
}
