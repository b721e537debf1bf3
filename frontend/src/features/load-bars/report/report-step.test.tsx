import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { REPORT } from '@/testing/load-reports'
import { ReportStep } from './report-step'

const ONE = { ...REPORT, inserted: 1, updated: 0, unchanged: 0, n_rejected: 0, rejected: [], rejected_by_code: [] }
const ignore = (): void => undefined

test.each([
  [ONE, /^The row can be loaded\./],
  [{ ...ONE, inserted: 0, n_rejected: 1 }, /^The row cannot be loaded\./],
  [{ ...ONE, inserted: 2 }, /^All 2 rows can be loaded\./],
])('the rows of a file are counted in words, case %#', (report, sentence) => {
  render(<ReportStep report={report} onLoad={ignore} onBack={ignore} onCancel={ignore} />)
  expect(screen.getByText(sentence)).toBeVisible()
})
