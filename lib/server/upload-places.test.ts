import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { maxBodyBytes } from '../web/forms/body-limit.ts'
import { createUploadPlaces } from './upload-places.ts'

function createScene() {
  const places = createUploadPlaces()
  return (address: string, bytes = maxBodyBytes + 1) => {
    const response = new EventEmitter()
    const request = { headers: { 'content-length': String(bytes) } }
    const refusal = places.enter(request as unknown as IncomingMessage, response as unknown as ServerResponse, address)
    return { refusal, end: () => response.emit('close') }
  }
}

test('two large uploads of one address run at a time, and eight of all [V15.2.2, T11]', () => {
  const enter = createScene()
  const [first] = [enter('2001:db8::1'), enter('2001:db8::2')]
  expect(enter('2001:db8::3').refusal, 'the same network').toBe('busy')
  for (let n = 0; n < 6; n += 1) expect(enter(`192.0.2.${n}`).refusal).toBeNull()
  expect(enter('198.51.100.1').refusal).toBe('busy')
  first.end()
  expect(enter('2001:db8::3').refusal).toBeNull()
})

test('a body no larger than a form needs no place', () => {
  const enter = createScene()
  for (let n = 0; n < 20; n += 1) expect(enter('192.0.2.1', maxBodyBytes).refusal).toBeNull()
})
