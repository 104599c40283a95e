// Parses the store options of commands, and words what several store commands say.
import type { Command } from 'commander'
import { readSettings } from '../config.ts'
import { parseStoreLocation, type StoreLocation } from '../stores/location.ts'
import { openStores } from '../stores/open.ts'
import type { Counts } from '../stores/summary.ts'
import type { Stores } from '../stores/types.ts'
import { refusal, say } from './terminal.ts'

export const locationForms = 'json:<folder>, sqlite:<file> or postgres://user:password@host/database'

/** Defaults to the store that the settings name. An invalid value ends the command with exit code 2. */
export function locationFrom(command: Command, option: string, value: string | undefined): StoreLocation {
  if (value === undefined) return readSettings().store
  // The value may contain a password, so the message must not repeat it.
  return parseStoreLocation(value) ?? wrongUsage(command, `${option} must be ${locationForms}`)
}

export function wrongUsage(command: Command, message: string): never {
  return command.error(`error: ${message}.`, { exitCode: 2 })
}

/** Opens a store for writing. Creates a missing store, and locks a JSON folder. */
export function openToReplace(location: StoreLocation): Promise<Stores> {
  return openStores(location, {
    takeOver() {
      throw refusal(
        'This folder holds users of the Streamlit application. Start Gatehouse on it once to take them over, or name another folder.',
      )
    },
    poolSize: 2,
    log: { info() {}, warn: (_, message) => say(message), error: (_, message) => say(message) },
  })
}

/** Reports characters that a copy left out of a record. */
export function sayRepaired(sentence: string): void {
  say(`Left out of the copy: ${sentence}`)
}

export function describeCounts({ user, session, ended, token }: Counts): string {
  const parts = [
    counted(user, 'user'),
    counted(session, 'session'),
    counted(ended, 'ended session'),
    counted(token, 'token'),
  ]
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
