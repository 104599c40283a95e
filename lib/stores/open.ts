// Picks the driver from the settings: the only place that names one.
import { takeOverStreamlit } from '../accounts/streamlit.ts'
import type { Clock } from '../clock.ts'
import type { Settings } from '../config.ts'
import { newId } from '../crypto/random.ts'
import type { Log } from '../log.ts'
import { openJsonStores } from './json/open.ts'
import type { Stores } from './types.ts'

export function openStores(settings: Settings, clock: Clock, log: Log): Promise<Stores> {
  return openJsonStores({
    dir: settings.dataDir,
    takeOver: (old) => takeOverStreamlit(old, { now: clock(), newId }),
    log,
  })
}
