// The files of the fault suite, and what each needs from the machine.
import { type Obstacle, provideStrace, tryMounting, tryPowerCut } from './machine.ts'

interface Part {
  files: string[]
  what: string
  /** Null when it runs on every machine. */
  obstacle: (() => Obstacle) | null
}

export const parts: Part[] = [
  {
    files: ['write-record', 'damaged-files', 'two-processes', 'clock', 'kill', 'kill-server', 'kill-flood'],
    what: '',
    obstacle: null,
  },
  { files: ['crash-points', 'error-points'], what: 'Death and errors at every system call', obstacle: provideStrace },
  { files: ['full-disk'], what: 'A full disk, and a read-only one', obstacle: tryMounting },
  { files: ['power-cut'], what: 'Power cuts', obstacle: () => provideStrace() ?? tryPowerCut() },
]

export function faultFile(name: string): string {
  return `e2e/assurance/faults/${name}.fault.ts`
}
