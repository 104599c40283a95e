// `npm run demo:instances`: PostgreSQL, two servers and a plain proxy, and a person whom both of them know. Prints each
// step with the instance that answered, needs no browser, and ends with 1 when a step does not go as it should.
import { spawnSync } from 'node:child_process'
import { Client } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import type { Answer } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'
import { servedBy } from '#e2e/support/round-robin.ts'
import { projectDir } from '#e2e/support/server-process.ts'
import { startTwoInstances, type TwoInstances } from '#e2e/support/two-instances.ts'
import { describeStoreLocation } from '#lib/stores/location.ts'
import { setup } from '#lib/stores/sql/postgres-setup-for-test.ts'

let failed = false

const say = (line: string) => process.stdout.write(`${line}\n`)

const { status } = spawnSync(process.execPath, ['lib/server/build.ts'], { cwd: projectDir, stdio: 'inherit' })
if (status !== 0) process.exit(1)
const stopPostgres = await setup()
const site = await startTwoInstances()
try {
  say(`Store: ${describeStoreLocation(site.store.location)}`)
  say(`A: ${site.a.address}\nB: ${site.b.address}\nProxy, and the site's address: ${site.origin}\n`)
  await walk(site)
} finally {
  await site.dispose()
  await stopPostgres?.()
}
say(failed ? '\nThe two did not act as one.' : '\nThe two acted as one.')
process.exitCode = failed ? 1 : 0

async function walk({ proxy, a, b, advance, alternate, origin }: TwoInstances): Promise<void> {
  const onA = () => proxy.sendTo(a.address)
  const onB = () => proxy.sendTo(b.address)
  const person = makePerson()
  const browser = new Client(origin)
  const stolen = () => browser.copy()

  onA()
  await browser.signUp(person)
  await browser.logOut()
  step('log in on A', await browser.logIn(person), 'sent on to /')
  const earlier = stolen()
  onB()
  step('use B', await browser.open('/profile'), 'shown')
  onA()
  const form = await browser.findForm('/profile/edit', 'Save profile')
  onB()
  const fields = { fullName: 'Written on B', bio: '', age: '' }
  step('post to B the form that A rendered', await browser.post(form, Object.entries(fields)), 'sent on to /profile')
  onA()
  step('read on A what B saved', await browser.open('/profile'), 'shown', fields.fullName)
  step('log out on A', await browser.logOut(), 'sent on to /login (signed-out)')
  onB()
  step('refused on B, with the same cookie', await earlier.open('/profile'), 'sent on to /login (signed-out)')

  await browser.logIn(person)
  await advance(minutes(10))
  onA()
  step('both clocks ten minutes on, on A', await browser.open('/profile'), 'sent on to /login (idle)')

  alternate()
  await browser.logIn(person)
  for (let request = 1; request <= 4; request++) step('in turn', await browser.open('/profile'), 'shown')
  await a.kill()
  for (let request = 1; request <= 2; request++) step('after A was killed', await browser.open('/profile'), 'shown')

  function step(what: string, answer: Answer, expected: string, text = ''): void {
    const by = answer.headers[servedBy] === a.address ? 'A' : 'B'
    const outcome = outcomeOf(answer)
    const isRight = outcome === expected && answer.text.includes(text)
    failed ||= !isRight
    const verdict = isRight ? 'as it should be' : `WRONG: should be ${expected}${text && ` with "${text}"`}`
    say(`${what.padEnd(36)} ${by}  ${answer.status} ${outcome.padEnd(30)} ${verdict}`)
  }
}

function outcomeOf({ status, location }: Answer): string {
  if (location === null) return status === 200 ? 'shown' : 'an error'
  const { pathname, searchParams } = new URL(location, 'http://relative.invalid')
  const reason = searchParams.get('reason')
  return `sent on to ${pathname}${reason === null ? '' : ` (${reason})`}`
}
