/** The part of a finding about bars that says what it is about. */
interface Described {
  code: string
  detail: string
}

const JUMPS = ['split_like_jump', 'adjusted_jump'] as const

/** Whether it is about jumps that adjusted prices do not have, as its advice says. */
export function isCuredByAdjusting({ code, detail }: Described): boolean {
  return code === JUMPS[0] && detail.includes('adjusted=true')
}

/** Leaves out findings about prices that are not shown. */
export function selectFindings<T extends Described>(findings: readonly T[], isAdjusted: boolean): readonly T[] {
  return isAdjusted ? findings.filter((finding) => !isCuredByAdjusting(finding)) : findings
}

/** Selects the findings about jumps, as in a split, of the prices shown. */
export function selectJumps<T extends Described>(findings: readonly T[], isAdjusted: boolean): T[] {
  return selectFindings(findings, isAdjusted).filter(
    ({ code }) => code === JUMPS[0] || (isAdjusted && code === JUMPS[1]),
  )
}
