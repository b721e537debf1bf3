import type { LoadReport } from '@/api/gen/types.gen'
import type { FileReport } from '@/api/load-bars'
import { countKept } from '@/features/load-bars/report/report-numbers'
import { count, formatCount } from '@/lib/format'
import type { Outcome } from './use-many-files'

/** Says in a sentence or two what happened to a file, or would. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.at) {
    case 'waiting':
      return ''
    case 'sending':
      return 'Sending'
    case 'refused':
      return outcome.reason
    case 'failed':
      return `${outcome.problem.title}. ${outcome.problem.detail}`
    case 'unknown': {
      const why = outcome.problem === null ? 'Stopped.' : `${outcome.problem.title}. ${outcome.problem.detail}`
      return `${why} The whole file was sent, so its bars may have been loaded. Check the files again to see.`
    }
    case 'checked':
    case 'loaded':
      return describeFile(outcome.report, outcome.at === 'loaded')
  }
}

const MAX_SYMBOLS = 5 // that a row describes

function describeFile({ reports, refused, skipped, stopped }: FileReport, isLoaded: boolean): string {
  const symbols = [
    ...refused.map(({ symbol, detail }) => `${symbol}: ${detail}`),
    ...reports.map((report) => `${report.symbol}: ${describeReport(report, isLoaded)}`),
  ]
  const nMore = symbols.length - MAX_SYMBOLS
  const more = nMore > 0 ? [`And ${formatCount(nMore, 'more symbol')}.`] : []
  const left = [...skipped.map((part) => `Not read: ${part}`), ...(stopped === null ? [] : [stopped])]
  return [...symbols.slice(0, MAX_SYMBOLS), ...more, ...left].join(' ')
}

/** Says what was loaded of one symbol, or can be. */
export function describeReport(report: LoadReport, isLoaded: boolean): string {
  const rejected = report.n_rejected === 0 ? '' : `, ${formatCount(report.n_rejected, 'row')} rejected`
  const removed = report.removed === 0 ? '' : `, ${count(report.removed)} removed`
  const counts = `${count(report.inserted)} new, ${count(report.updated)} corrected, ${count(report.unchanged)} unchanged`
  const findings = [...(report.notes ?? []), ...report.findings.map(({ detail }) => detail)]
    .map((sentence) => ` ${sentence}`)
    .join('')
  if (countKept(report) === 0) return `None of the rows can be loaded${rejected}.${findings}`
  return `${isLoaded ? 'Loaded' : 'Can be loaded'}: ${counts}${removed}${rejected}.${findings}`
}
