// `npm run attack:flood`: one member who does what is allowed, again and again, against a built site that this starts on
// loopback with its limits on. Tells what it costs the store and the mailbox, and ends with 1 when a bound does not hold.
import { spawnSync } from 'node:child_process'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Client, type Filled } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import { codeIn, lettersTo, letterTo } from '#e2e/support/mailbox.ts'
import { makePerson } from '#e2e/support/person.ts'
import { startServer } from '#e2e/support/server.ts'
import { projectDir } from '#e2e/support/server-process.ts'
import { readTokens } from '#e2e/support/store-contents.ts'

const downloads = 400
const logIns = 200
const lateForms = 60

const { status } = spawnSync(process.execPath, ['lib/server/build.ts'], { cwd: projectDir, stdio: 'inherit' })
if (status !== 0) process.exit(1)
const server = await startServer({ env: { LIMITS: 'on' } })
const faults: string[] = []
try {
  const person = makePerson()
  const address = `${person.username}@example.org`
  const member = new Client(server.url)
  await member.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password, email: address })
  await member.submit('/verify-email', 'Verify', { code: codeIn(await letterTo(server, address, 'Your code')) })

  const before = await trailBytes()
  let given = 0
  for (let n = 0; n < downloads; n += 1) {
    const answer = await member.open('/security/export')
    if (answer.status === 200) given += 1
  }
  hold(`${given} of ${downloads} downloads were given`, given <= 5)
  const grown = (await trailBytes()) - before
  hold(`they added ${grown} bytes to the audit trail`, grown < 10_000)

  const mailsBefore = (await lettersTo(server, address)).length
  let loggedIn = 0
  for (let n = 0; n < logIns; n += 1) {
    const browser = new Client(server.url)
    if ((await browser.logIn(person)).location === '/') loggedIn += 1
  }
  const mails = (await lettersTo(server, address)).length - mailsBefore
  hold(`${loggedIn} right log-ins of ${logIns} sent ${mails} mails at once`, loggedIn > 0 && mails <= 1)

  const late: { browser: Client; form: Filled }[] = []
  for (let n = 0; n < lateForms; n += 1) {
    if (n % 15 === 0) await server.advance(minutes(10))
    const browser = new Client(server.url)
    await browser.logIn(person)
    if (!(await browser.isSignedIn())) continue
    late.push({ browser, form: await browser.findForm('/profile/edit', 'Save profile') })
  }
  await server.advance(minutes(11))
  for (const { browser, form } of late) {
    await browser.post(form, [
      ['fullName', 'Written too late'],
      ['bio', 'x'.repeat(2000)],
      ['age', ''],
    ])
  }
  const kept = (await readTokens(server.store)).filter(({ purpose }) => purpose === 'kept-form').length
  hold(`${kept} of ${late.length} late forms are kept`, kept <= 3)
} finally {
  await server.dispose()
}
process.exitCode = faults.length === 0 ? 0 : 1

async function trailBytes(): Promise<number> {
  return (await stat(path.join(server.dataDir, 'audit.jsonl'))).size
}

function hold(what: string, isHeld: boolean): void {
  process.stdout.write(`${isHeld ? 'held  ' : 'BROKEN'} ${what}\n`)
  if (!isHeld) faults.push(what)
}
