// Where a command works: what an option names, or the store in force; and how that is said to an operator.
import type { Command } from 'commander'
import { readSettings } from '../config.ts'
import { parseStoreLocation, type StoreLocation } from '../stores/location.ts'
import { openStores } from '../stores/open.ts'
import type { Counts } from '../stores/summary.ts'
import type { Stores } from '../stores/types.ts'
import { refusal, say } from './terminal.ts'

export const locationForms = 'json:<folder>, sqlite:<file> or postgres://user:password@host/database'

/** Without a value: the store that the settings name. Ends the command, exit code 2, when the value is none. */
export function locationFrom(command: Command, option: string, value: string | undefined): StoreLocation {
  if (value === undefined) return readSettings().store
  // Never repeats the value, which may have a password in it.
  return parseStoreLocation(value) ?? wrongUsage(command, `${option} must be ${locationForms}`)
}

export function wrongUsage(command: Command, message: string): never {
  return command.error(`error: ${message}.`, { exitCode: 2 })
}

/** Opens a store to write into it: makes it when it is missing, and keeps other processes off a folder. */
export function openToReplace(location: StoreLocation): Promise<Stores> {
  return openStores(location, {
    takeOver() {
      throw refusal(
        'The people of the Streamlit application are there. Start Gatehouse there once, which takes them over, or name another place.',
      )
    },
    // One does the work.
    poolSize: 2,
    log: { info() {}, warn: (_, message) => say(message), error: (_, message) => say(message) },
  })
}

/** For what a copy leaves out of a record. */
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
