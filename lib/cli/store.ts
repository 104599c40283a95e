// `store …`: migrating, checking, backing up and restoring stores.
import type { Command } from 'commander'
import { addBackup } from './store-backup.ts'
import { addCheck } from './store-check.ts'
import { addMigrate } from './store-migrate.ts'
import { addRepair } from './store-repair.ts'
import { addRestore } from './store-restore.ts'

export function addStore(program: Command): void {
  const store = program
    .command('store')
    .description('Migrate, check, back up, restore and repair a store')
    .addHelpText('after', '\nExample:\n  npm run cli -- store migrate --to sqlite:/srv/gatehouse/site.db')
  addMigrate(store)
  addCheck(store)
  addBackup(store)
  addRestore(store)
  addRepair(store)
}
