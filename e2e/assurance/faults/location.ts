// The location of a test's store, from a setting's text.
import { parseStoreLocation, type StoreLocation } from '#lib/stores/location.ts'

export function parseLocation(text = ''): StoreLocation {
  const location = parseStoreLocation(text)
  if (location === null) throw new Error(`${JSON.stringify(text)} names no store`)
  return location
}
