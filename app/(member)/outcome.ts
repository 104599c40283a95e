// The result of the last action on the security and account pages, from the URL's query.

const outcomes = {
  'ended=1': { kind: 'good', message: 'security.ended' },
  'ended=others': { kind: 'good', message: 'security.ended_others' },
  'ended=already': { kind: 'note', message: 'security.ended_already' },
  'changed=1': { kind: 'good', message: 'security.changed' },
  'address=added': { kind: 'good', message: 'security.address_added' },
  'address=changed': { kind: 'good', message: 'security.address_changed' },
  'address=removed': { kind: 'good', message: 'security.address_removed' },
  'address=kept': { kind: 'note', message: 'security.address_kept' },
  'username=changed': { kind: 'good', message: 'account.username_changed' },
  'preferences=saved': { kind: 'good', message: 'account.preferences_saved' },
  'browser=forgotten': { kind: 'good', message: 'security.browser_forgotten' },
  'browser=all': { kind: 'good', message: 'security.browsers_forgotten' },
  'browser=already': { kind: 'note', message: 'security.browser_gone' },
  'factor_reset=stopped': { kind: 'good', message: 'security.factor_reset_stopped' },
  'factor_reset=over': { kind: 'note', message: 'security.factor_reset_over' },
  'export=ready': { kind: 'note', message: 'account.export_ready' },
  'export=too-often': { kind: 'warn', message: 'account.export_too_often' },
  'undone=lapsed': { kind: 'warn', message: 'security.undone.lapsed' },
  'undone=unsaved': { kind: 'warn', message: 'security.undone.unsaved' },
} as const

type Outcome = (typeof outcomes)[keyof typeof outcomes]

export function outcomeOf(query: Record<string, string | string[] | undefined>): Outcome | null {
  const told = Object.entries(outcomes).find(([said]) => {
    const [name = '', value] = said.split('=')
    return query[name] === value
  })
  return told?.[1] ?? null
}
