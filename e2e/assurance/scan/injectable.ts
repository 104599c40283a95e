// The control of the SQL scan: a form whose field is concatenated into SQL, as no program should. On loopback, only
// during the scan of it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import Database from 'better-sqlite3'

export interface Injectable extends AsyncDisposable {
  origin: string
  requests(): number
}

export async function openInjectable(): Promise<Injectable> {
  const database = new Database(':memory:')
  database.exec("CREATE TABLE people (username TEXT, password TEXT); INSERT INTO people VALUES ('ada', 'lantern')")
  let requests = 0

  const server = createServer(async (request, response) => {
    requests += 1
    const type = request.headers['content-type'] ?? ''
    const body = new Response(await buffer(request), { headers: { 'content-type': type } })
    const username = (await body.formData().catch(() => null))?.get('username')
    try {
      const found = database.prepare(`SELECT username FROM people WHERE username = '${username}'`).all()
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(`<h1>${found.length > 0 ? 'Welcome back' : 'Nobody is called so'}</h1>${JSON.stringify(found)}`)
    } catch (fault) {
      response.writeHead(500).end(String(fault))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      database.close()
    },
  }
}
