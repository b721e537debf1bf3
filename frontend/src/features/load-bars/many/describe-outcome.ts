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
    case 'loaded': {
      const { report } = outcome
      const rejected = report.n_rejected === 0 ? '' : `, ${formatCount(report.n_rejected, 'row')} rejected`
      const counts = `${count(report.inserted)} new, ${count(report.updated)} corrected, ${count(report.unchanged)} unchanged`
      const findings = [...(report.notes ?? []), ...report.findings.map(({ detail }) => detail)]
        .map((sentence) => ` ${sentence}`)
        .join('')
      if (countKept(report) === 0) return `None of the rows can be loaded${rejected}.${findings}`
      return `${outcome.at === 'loaded' ? 'Loaded' : 'Can be loaded'}: ${counts}${rejected}.${findings}`
    }
  }
}
