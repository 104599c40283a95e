// Evaluates the policy of each kind of answer with Google's csp_evaluator.
import { CspEvaluator } from 'csp_evaluator/dist/evaluator.js'
import { Severity, Type } from 'csp_evaluator/dist/finding.js'
import { CspParser } from 'csp_evaluator/dist/parser.js'
import type { Answer } from '#e2e/support/http.ts'
import { type Finding, merge } from './finding.ts'

/** An answer of each kind, with a readable name. */
export type Kinds = Record<string, Answer>

export function evaluatePolicies(kinds: Kinds): Finding[] {
  const findings = Object.entries(kinds).flatMap(([kind, { headers }]): Finding[] => {
    const policy = headers['content-security-policy']
    if (policy === undefined) return [{ name: 'csp: no policy', detail: kind }]
    return evaluatePolicy(String(policy)).map((name) => ({ name, detail: kind }))
  })
  return merge(findings)
}

/** Each finding by severity, name and directive, with the value that csp_evaluator objects to. */
function evaluatePolicy(policy: string): string[] {
  return new CspEvaluator(new CspParser(policy).csp).evaluate().map(({ severity, type, directive, value }) => {
    const object = value === undefined ? '' : ` ${value.replace(/'nonce-.*'/, "'nonce-…'")}`
    return `csp: ${directive}${object}: ${Type[type]} (${Severity[severity]})`
  })
}

/** A repeated nonce protects nothing. */
export function repeatedNonce(first: Answer, second: Answer): Finding[] {
  const [one, two] = [first, second].map(({ headers }) =>
    /'nonce-([^']+)'/.exec(String(headers['content-security-policy'])),
  )
  const isRepeated = one !== null && one !== undefined && one[1] === two?.[1]
  return isRepeated ? [{ name: 'csp: the same nonce twice', detail: 'in two answers of one page' }] : []
}
