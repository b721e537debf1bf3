import { useView } from '@/address/use-view'
import { SymbolList } from '@/features/symbol-search/lists/symbol-list'
import { useDocumentTitle } from '@/lib/use-document-title'
import { SymbolPage } from './symbol-page'

export function HomePage() {
  const { symbol, view, change } = useView()
  useDocumentTitle(symbol)
  return symbol === undefined ? <SymbolList /> : <SymbolPage key={symbol} view={{ ...view, symbol }} onChange={change} />
}
