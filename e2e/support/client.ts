// A minimal browser without JavaScript: keeps cookies and posts the forms that pages show. For tests that need exact
// requests.
import type { Agent } from 'node:http'
import { type BrowserContext, expect } from '@playwright/test'
import { cookieBreach } from '#e2e/support/cookie-rule.ts'
import { encodeMultipart, encodeUrl, type Fields } from '#e2e/support/form-body.ts'
import { type FormMarkup, readForm, textOf, tokenIn } from '#e2e/support/form-markup.ts'
import { headerBreaches } from '#e2e/support/header-rule.ts'
import { type Answer, type Headers, navigationHeaders, type Request, send } from '#e2e/support/http.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'

export interface SessionView {
  user: { id: string; username: string; role: string }
  idleDeadline: string
  absoluteDeadline: string
  now: string
}

export interface Filled {
  path: string
  form: FormMarkup
}

export class Client {
  readonly origin: string
  readonly cookies = new Map<string, string>()
  readonly #address: string
  readonly #agent: Agent | undefined

  /**
   * `address` is where it connects, for example a process behind a proxy with another public origin. `agent` reuses
   * connections.
   */
  constructor(origin: string, address = origin, agent?: Agent) {
    this.origin = origin
    this.#address = address
    this.#agent = agent
  }

  /** A client with a copy of the cookies, like a thief's, here or at another instance. */
  copy(address = this.#address): Client {
    const thief = new Client(this.origin, address, this.#agent)
    for (const [name, value] of this.cookies) thief.cookies.set(name, value)
    return thief
  }

  /** Moves the session into a real browser. */
  async takeCookies(context: BrowserContext): Promise<this> {
    for (const { name, value } of await context.cookies()) this.cookies.set(name, value)
    return this
  }

  async send(request: Request): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { host: new URL(this.origin).host, ...(cookie && { cookie }), ...request.headers }
    const answer = await send(this.#address, { agent: this.#agent, ...request, headers })
    const setCookie = answer.headers['set-cookie'] ?? []
    expect(cookieBreach(request.method ?? 'GET', request.path, setCookie)).toBeNull()
    expect(headerBreaches(this.origin, answer), `${request.method ?? 'GET'} ${request.path}`).toEqual([])
    for (const line of setCookie) this.#keep(line)
    return answer
  }

  /** Opens a page. */
  open(path: string, headers: Headers = {}): Promise<Answer> {
    return this.send({ path, headers: { ...navigationHeaders, ...headers } })
  }

  /** Calls a handler like a script on the page. */
  fetch(path: string, request: Partial<Request> = {}): Promise<Answer> {
    const headers = {
      origin: this.origin,
      'sec-fetch-dest': 'empty',
      'sec-fetch-mode': 'cors',
      'sec-fetch-site': 'same-origin',
    }
    return this.send({ ...request, path, headers: { ...headers, ...request.headers } })
  }

  async findForm(path: string, button: string): Promise<Filled> {
    const page = await this.open(path)
    expect(page.status, `${path} shows the form "${button}"`).toBe(200)
    return { path, form: readForm(page.text, button) }
  }

  /** Posts a form found before, like a browser without JavaScript. */
  post({ path, form }: Filled, fields: Fields, headers: Headers = {}): Promise<Answer> {
    const { body, headers: type } = form.isMultipart
      ? encodeMultipart([...form.hidden, ...fields])
      : encodeUrl([...form.hidden])
    return this.send({
      method: 'POST',
      path: form.action || path,
      body,
      headers: { ...navigationHeaders, origin: this.origin, ...type, ...headers },
    })
  }

  async submit(path: string, button: string, values: Record<string, string>, headers: Headers = {}): Promise<Answer> {
    return this.post(await this.findForm(path, button), Object.entries(values), headers)
  }

  /** The form token of this log-in, for forms that a test builds itself; none for a visitor. */
  async formToken(): Promise<[name: string, value: string][]> {
    const page = await this.copy().open('/profile/edit')
    return page.status === 200 ? tokenIn(readForm(page.text, 'Save profile')) : []
  }

  async signUp(person: Person = makePerson()): Promise<Person> {
    const answer = await this.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password })
    const { status, text } = answer
    expect(answer.location, `${person.username} signed up: ${status} ${textOf(text).slice(0, 500)}`).not.toBeNull()
    expect(await this.isSignedIn()).toBe(true)
    return person
  }

  async logIn({ username, password }: Person, path = '/login'): Promise<Answer> {
    return this.submit(path, 'Log in', { username, password })
  }

  async logOut(): Promise<Answer> {
    return this.submit('/profile', 'Log out', {})
  }

  /** Calls the one endpoint that never extends the session. */
  async readSession(): Promise<SessionView | null> {
    const answer = await this.fetch('/api/session')
    expect([200, 401]).toContain(answer.status)
    return answer.status === 200 ? (JSON.parse(answer.text) as SessionView) : null
  }

  async isSignedIn(): Promise<boolean> {
    return (await this.readSession()) !== null
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';')
    const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
    const isGone = attributes.some((text) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(text))
    if (isGone || value === '') this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}
