import { foldCase } from '@/lib/fold-case'

/** Splits the text before and after the match of the query, preferring a match at the beginning of a word. */
export function splitAtMatch(text: string, query: string): [before: string, match: string, after: string] {
  const needle = foldCase(query.trim())
  const characters = Array.from(text)
  const origins = characters.flatMap((character, i) => Array.from({ length: foldCase(character).length }, () => i))
  const plain = foldCase(text)
  const atWord = ` ${plain}`.indexOf(` ${needle}`)
  const start = atWord === -1 ? plain.indexOf(needle) : atWord
  const first = origins[start]
  const last = origins[start + needle.length - 1]
  if (needle === '' || first === undefined || last === undefined) return [text, '', '']
  return [
    characters.slice(0, first).join(''),
    characters.slice(first, last + 1).join(''),
    characters.slice(last + 1).join(''),
  ]
}
