// A process that holds a build, for a test.
import { holdBuild } from './kept-build.ts'

process.send?.(holdBuild(process.argv[2] ?? ''))
setInterval(() => {}, 60_000)
