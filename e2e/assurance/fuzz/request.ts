// Turns the description of a request into bytes.
import { readActions } from '#e2e/support/build-manifests.ts'
import { encodeMultipart, type Fields, type Part } from '#e2e/support/form-body.ts'
import { navigationHeaders, type Request } from '#e2e/support/http.ts'
import type { Body, FormPlan } from './plan.ts'
import type { Known, Value } from './values.ts'

/** What the plan leaves to the actor. */
export interface RequestInfo {
  origin: string
  page: string
  /** All pages of the site. */
  pages: string[]
  actionId: string
  /** The form's hidden fields as on its page, including React's. */
  hidden: [name: string, value: string][]
  resolve: (known: Known) => string
}

const untouched = JSON.stringify({ values: {}, errors: {}, alert: null })
const actionIds = readActions().map(({ id }) => id)
const scripted = { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' }

export function toRequest(plan: FormPlan, { origin, hidden, resolve, ...about }: RequestInfo): Request {
  const { method, way, action } = plan
  const page = plan.page === null ? about.page : pick(about.pages, plan.page)
  const path = page + (page.includes('?') ? plan.query.replace('?', '&') : plan.query)
  const typed: Fields = plan.fields.map(([name, value]) => [name, toPart(value, resolve)])
  const tokens = hidden.filter(([name]) => !name.startsWith('$ACTION') && !plan.fields.some(([own]) => own === name))
  const id = idFor(action, about.actionId)
  const isScripted = way === 'script'
  const base = isScripted ? scripted : navigationHeaders
  const headers = { origin, ...base, ...(isScripted && { 'next-action': headerSafe(id) }) }
  const bodiless = method === 'GET' || method === 'HEAD'

  const fields = isScripted
    ? [
        ...[...tokens, ...typed].map(([name, part]) => [`_1_${name}`, part] as const),
        ['0', argumentsFor(action, hidden)] as const,
      ]
    : [...actionFields(action, id, hidden), ...tokens, ...typed]
  const whole = encodeMultipart(fields)
  const { type, body } =
    typeof way === 'object' ? way : { type: whole.headers['content-type'], body: 'multipart' as const }
  const sent = { ...headers, ...(type !== '' && { 'content-type': type }), ...plan.headers }
  return bodiless
    ? { method, path, headers: sent }
    : { method, path, headers: sent, body: encode(body, fields, whole.body) }
}

/** The form's fields with the action id replaced; text replaces the state. */
function actionFields(action: FormPlan['action'], id: string, hidden: [string, string][]): [string, string][] {
  const own = hidden.filter(([name]) => name.startsWith('$ACTION'))
  if (action === 'right') return own
  if (action === 'none') return []
  if (typeof action === 'number') {
    return own.map(([name, value]) => [name.replace(/[0-9a-f]{42}/, id), value.replace(/[0-9a-f]{42}/, id)])
  }
  return own.map(([name, value]) => [name, /:\d$/.test(name) ? action.text : value])
}

function argumentsFor(action: FormPlan['action'], hidden: [string, string][]): string {
  if (typeof action === 'object') return action.text
  return hidden.some(([name]) => name.startsWith('$ACTION_ID_')) ? '["$K1"]' : `[${untouched},"$K1"]`
}

function idFor(action: FormPlan['action'], own: string): string {
  if (action === 'right') return own
  if (action === 'none') return ''
  return typeof action === 'number' ? pick(actionIds, action) : action.text
}

export function encode(body: Body, fields: Fields, multipart: Buffer | string): Buffer | string {
  if (body === 'multipart') return multipart
  if (body === 'cut') return multipart.slice(0, -Math.ceil(multipart.length / 3))
  if (body === 'url')
    return new URLSearchParams(fields.map(([name, part]): [string, string] => [name, asText(part)])).toString()
  if (body === 'json') return JSON.stringify(Object.fromEntries(fields.map(([name, part]) => [name, asText(part)])))
  return 'text' in body ? body.text : Buffer.from(body.bytes)
}

function toPart(value: Value, resolve: (known: Known) => string): Part {
  if ('text' in value) return value.text
  if ('repeated' in value) return value.repeated.repeat(value.times)
  if ('bytes' in value) return Buffer.from(value.bytes)
  if ('file' in value) return { filename: 'a.txt', content: value.file }
  return `${value.before ?? ''}${resolve(value.known)}${value.after ?? ''}`
}

function asText(part: Part): string {
  return typeof part === 'string' ? part : 'x'
}

/** Node's client sends no other characters. */
function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e\x80-\xff]/g, '')
}

function pick(list: readonly string[], n: number): string {
  return list[n % list.length] ?? ''
}

/** The fields that React writes for an action with form state, for a page that does not show its form now. */
export function hiddenFieldsOf(actionId: string): [string, string][] {
  return [
    ['$ACTION_REF_1', ''],
    ['$ACTION_1:0', JSON.stringify({ id: actionId, bound: '$@1' })],
    ['$ACTION_1:1', `[${untouched}]`],
    ['$ACTION_KEY', 'k0123456789abcdef0123456789abcdef'],
  ]
}
