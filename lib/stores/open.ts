// Picks the driver from the settings: the only place that names one.
import type { Settings } from '../config.ts'
import type { Log } from '../log.ts'
import { openJsonStores } from './json/open.ts'
import type { TakeOver } from './json/streamlit-files.ts'
import type { Stores } from './types.ts'

/** `takeOver` turns the people of an older application's file into records, see the JSON driver. */
export function openStores(settings: Settings, takeOver: TakeOver, log: Log): Promise<Stores> {
  return openJsonStores({ dir: settings.dataDir, takeOver, log })
}
