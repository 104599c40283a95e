// Stores unsaved form text in this browser when the page is left or its session ends, for thirty minutes and only for the
// same user and page. Excludes passwords, codes, files and hidden fields.

/** The user and session that wrote the draft. */
export interface DraftOwner {
  person: string
  startedAt: number
}

export interface Draft extends DraftOwner {
  savedAt: number
  /** Sent to the server, which may have refused it because the session was over. */
  isSent: boolean
  fields: Record<string, string>
}

const prefix = 'gatehouse.draft.'
const keptMs = 30 * 60_000
const secretName = /password|code|token/i
/** On a form: it is kept, its text was stored, it is being sent. */
const [kept, stored, sent] = ['data-keep', 'data-stored', 'data-sent']

/** Stores the changed forms of this page that are kept. */
export function keepDrafts({ person, startedAt }: DraftOwner): void {
  for (const form of keptForms()) {
    if (isChanged(form)) {
      const fields = Object.fromEntries(keepable(form).map(({ name, value }) => [name, value]))
      const draft: Draft = { person, startedAt, savedAt: Date.now(), isSent: form.hasAttribute(sent), fields }
      store((storage) => storage.setItem(prefix + location.pathname, JSON.stringify(draft)))
      form.setAttribute(stored, '')
    } else if (form.hasAttribute(stored)) forgetDraft()
  }
}

/** What is saved, by form and field. A refused form has its typed texts as default values. */
const savedTexts = new WeakMap<HTMLFormElement, Record<string, string>>()

/** Call before the form is sent. */
export function noteSaved(form: HTMLFormElement): void {
  savedTexts.set(form, Object.fromEntries(keepable(form).map(({ name, defaultValue }) => [name, defaultValue])))
}

export function markSent(form: HTMLFormElement, isSent: boolean): void {
  form.toggleAttribute(sent, isSent)
}

/** Whether a kept form of this page has text that was not sent. */
export function hasUnsentText(): boolean {
  return keptForms().some((form) => isChanged(form) && !form.hasAttribute(sent))
}

/** The user's draft for this page, unless it was sent in this session, or null. */
export function findDraft(owner: DraftOwner): Draft | null {
  const draft = readDraft(prefix + location.pathname)
  return draft !== null && isOffered(draft, owner) ? draft : null
}

/** Removes drafts that are too old, of another user, or sent in the present session. */
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

/** Fills the fields and fires input events. Returns the first field that changed. */
export function fillIn(form: HTMLFormElement, { fields }: Draft): HTMLElement | undefined {
  const changed = keepable(form).filter(({ name, value }) => fields[name] !== undefined && fields[name] !== value)
  for (const control of changed) {
    control.value = fields[control.name] ?? ''
    control.dispatchEvent(new Event('input', { bubbles: true }))
  }
  return changed[0]
}

/** Whether the form's values differ from the draft. */
export function differs(form: HTMLFormElement, { fields }: Draft): boolean {
  return keepable(form).some(({ name, value }) => fields[name] !== undefined && fields[name] !== value)
}

function isOffered({ person, startedAt, savedAt, isSent }: Draft, owner: DraftOwner): boolean {
  const isDone = isSent && startedAt === owner.startedAt
  return person === owner.person && !isDone && Date.now() - savedAt < keptMs
}

function keptForms(): HTMLFormElement[] {
  return [...document.querySelectorAll<HTMLFormElement>(`form[${kept}]`)]
}

function isChanged(form: HTMLFormElement): boolean {
  const saved = savedTexts.get(form)
  return keepable(form).some(({ name, value, defaultValue }) => value !== (saved?.[name] ?? defaultValue))
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
