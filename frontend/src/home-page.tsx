import { SymbolList } from '@/features/symbol-search/symbol-list'
import { useDocumentTitle } from '@/lib/use-document-title'
import { SymbolPage } from './symbol-page'
import { useView } from './use-view'

export function HomePage() {
  const { symbol, view, change } = useView()
  useDocumentTitle(symbol)
  return symbol === undefined ? <SymbolList /> : <SymbolPage key={symbol} view={{ ...view, symbol }} onChange={change} />
}
