// Stores unsaved form text in this browser when the session ends, for thirty minutes and only for the same user and
// page. Excludes passwords, codes, files and hidden fields.

/** The user and session that wrote the draft. */
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

/** Stores the changed forms of this page with `data-keep`. */
export function keepDrafts({ person, startedAt }: DraftOwner): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-keep]')) {
    const controls = keepable(form)
    if (controls.every(({ value, defaultValue }) => value === defaultValue)) continue
    const fields = Object.fromEntries(controls.map(({ name, value }) => [name, value]))
    const draft: Draft = { person, startedAt, savedAt: Date.now(), fields }
    store((storage) => storage.setItem(prefix + location.pathname, JSON.stringify(draft)))
  }
}

/** The user's draft for this page from an earlier session, or null. */
export function findDraft(owner: DraftOwner): Draft | null {
  const draft = readDraft(prefix + location.pathname)
  return draft !== null && isOffered(draft, owner) ? draft : null
}

/** Removes drafts that are too old, of another user, or of the present session. */
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

/** Fills the fields and fires input events. Returns the first field. */
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

/** Whether the form's values differ from the draft. */
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

/** localStorage may be forbidden or full; the page works without it. */
function store<Answer>(use: (storage: Storage) => Answer): Answer | undefined {
  try {
    return use(localStorage)
  } catch {
    return undefined
  }
}
