import { folded } from '@/lib/fold-case'

/** The text before, in and after what matches the query: at the beginning of a word if there is one, else anywhere. */
export function splitAtMatch(text: string, query: string): [before: string, match: string, after: string] {
  const wanted = folded(query.trim())
  const characters = Array.from(text)
  const origins = characters.flatMap((character, i) => Array.from({ length: folded(character).length }, () => i))
  const plain = folded(text)
  const atWord = ` ${plain}`.indexOf(` ${wanted}`)
  const start = atWord === -1 ? plain.indexOf(wanted) : atWord
  const first = origins[start]
  const last = origins[start + wanted.length - 1]
  if (wanted === '' || first === undefined || last === undefined) return [text, '', '']
  return [
    characters.slice(0, first).join(''),
    characters.slice(first, last + 1).join(''),
    characters.slice(last + 1).join(''),
  ]
}
