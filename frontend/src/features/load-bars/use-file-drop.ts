import { useEffect, useRef, useState } from 'react'

export type Drop = { files: readonly File[] } | { refusal: string }

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false
}

function readDrop({ files, items }: DataTransfer): Drop {
  const folder = [...items].findIndex((item) => item.webkitGetAsEntry()?.isDirectory ?? false)
  if (folder >= 0) return { refusal: `${files[folder]?.name ?? 'This'} is a folder. Drop the files in it.` }
  return files.length === 0 ? { refusal: 'No file was dropped.' } : { files: [...files] }
}

/** Accepts files dropped anywhere on the window; returns whether one is being dragged over it. */
export function useFileDrop(onDrop: (drop: Drop) => void): boolean {
  const [isOver, setIsOver] = useState(false)
  const handler = useRef(onDrop)
  useEffect(() => {
    handler.current = onDrop
  })

  useEffect(() => {
    const stop = new AbortController()
    let entered: EventTarget | null = null
    const listen = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', react: (event: DragEvent) => void): void => {
      window.addEventListener(type, (event) => { if (hasFiles(event)) react(event) }, { signal: stop.signal })
    }
    listen('dragenter', (event) => {
      entered = event.target
      setIsOver(true)
    })
    listen('dragover', (event) => event.preventDefault())
    // The next element is entered before the previous one is left, so only leaving the last one entered ends the drag.
    listen('dragleave', (event) => {
      if (event.target === entered) setIsOver(false)
    })
    listen('drop', (event) => {
      event.preventDefault()
      setIsOver(false)
      if (event.dataTransfer !== null) handler.current(readDrop(event.dataTransfer))
    })
    return () => stop.abort()
  }, [])

  return isOver
}
