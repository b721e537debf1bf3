import { useEffect, useRef, useState } from 'react'

export type Drop = { file: File } | { refusal: string }

const ONE_AT_A_TIME = 'Drop one file at a time: a file holds the bars of one symbol.'

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false
}

function readDrop({ files, items }: DataTransfer): Drop {
  const [file] = files
  if (file === undefined || files.length > 1) return { refusal: ONE_AT_A_TIME }
  const isFolder = items[0]?.webkitGetAsEntry()?.isDirectory ?? false
  return isFolder ? { refusal: `${file.name} is a folder. ${ONE_AT_A_TIME}` } : { file }
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
    listen('dragover', (event) => {
      event.preventDefault()
    })
    // The next element is entered before the previous one is left, so only leaving the last one entered ends the drag.
    listen('dragleave', (event) => {
      if (event.target === entered) setIsOver(false)
    })
    listen('drop', (event) => {
      event.preventDefault()
      setIsOver(false)
      if (event.dataTransfer !== null) handler.current(readDrop(event.dataTransfer))
    })
    return () => {
      stop.abort()
    }
  }, [])

  return isOver
}
