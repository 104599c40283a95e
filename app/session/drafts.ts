// What was written into a form and not saved when the session ended: kept in this browser for thirty minutes, for the
// same person and page. Never passwords, codes, files or hidden fields.

/** Whose session wrote it. */
export interface DraftOwner {
  person: string
  startedAt: number
}

export interface Draft extends DraftOwner {
  savedAt: number
  fields: Record<string, string>
}

const prefix = 'gatehouse.draft.'
const keptMs = 30 * 60_000
const secretName = /password|code|token/i

/** Every changed form of this page that wants it. */
export function keepDrafts({ person, startedAt }: DraftOwner): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-keep]')) {
    const controls = keepable(form)
    if (controls.every(({ value, defaultValue }) => value === defaultValue)) continue
    const fields = Object.fromEntries(controls.map(({ name, value }) => [name, value]))
    const draft: Draft = { person, startedAt, savedAt: Date.now(), fields }
    store((storage) => storage.setItem(prefix + location.pathname, JSON.stringify(draft)))
  }
}

/** What this person wrote on this page in an earlier session, or null. */
export function findDraft(owner: DraftOwner): Draft | null {
  const draft = readDraft(prefix + location.pathname)
  return draft !== null && isOffered(draft, owner) ? draft : null
}

/** Removes what nobody is to be offered any more: too old, somebody else's, or of a session that has not ended. */
export function tidyDrafts(owner: DraftOwner): void {
  for (const key of draftKeys()) {
    const draft = readDraft(key)
    if (draft === null || !isOffered(draft, owner)) store((storage) => storage.removeItem(key))
  }
}

export function forgetDraft(): void {
  store((storage) => storage.removeItem(prefix + location.pathname))
}

export function wipeDrafts(): void {
  for (const key of draftKeys()) store((storage) => storage.removeItem(key))
}

/** Puts the fields back as if they were typed. Returns the first of them. */
export function fillIn(form: HTMLFormElement, { fields }: Draft): HTMLElement | undefined {
  const controls = keepable(form)
  for (const control of controls) {
    const text = fields[control.name]
    if (text === undefined) continue
    control.value = text
    control.dispatchEvent(new Event('input', { bubbles: true }))
  }
  return controls[0]
}

/** Whether the form holds something else than the draft. */
export function differs(form: HTMLFormElement, { fields }: Draft): boolean {
  return keepable(form).some(({ name, value }) => fields[name] !== undefined && fields[name] !== value)
}

function isOffered({ person, startedAt, savedAt }: Draft, owner: DraftOwner): boolean {
  return person === owner.person && startedAt !== owner.startedAt && Date.now() - savedAt < keptMs
}

function keepable(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement)[] {
  return [...form.elements].filter(
    (control): control is HTMLInputElement | HTMLTextAreaElement =>
      (control instanceof HTMLTextAreaElement ||
        (control instanceof HTMLInputElement && /^(text|email|tel|url|search|number|date)$/.test(control.type))) &&
      control.name !== '' &&
      !secretName.test(control.name),
  )
}

function readDraft(key: string): Draft | null {
  try {
    return JSON.parse(store((storage) => storage.getItem(key)) ?? 'null')
  } catch {
    return null
  }
}

function draftKeys(): string[] {
  return store((storage) => Object.keys(storage).filter((key) => key.startsWith(prefix))) ?? []
}

/** Browsers may forbid or run out of it; a page works without. */
function store<Answer>(use: (storage: Storage) => Answer): Answer | undefined {
  try {
    return use(localStorage)
  } catch {
    return undefined
  }
}
