// The contract tests for every driver. A driver's test calls them and adds its own cases.

import { describeAuditStore } from './contract/audit.ts'
import { describeClosed } from './contract/closed.ts'
import { describeCollections } from './contract/collections.ts'
import type { OpenFresh } from './contract/fresh.ts'
import { describeLockoutStore } from './contract/lockouts.ts'
import { describeMailStore } from './contract/mails.ts'
import { describeMoving } from './contract/moving.ts'
import { describeSecondFactors } from './contract/second-factors.ts'
import { describeSessionStore } from './contract/sessions.ts'
import { describeTexts } from './contract/texts.ts'
import { describeUserStore } from './contract/users.ts'

export function describeStores(name: string, open: OpenFresh): void {
  describeUserStore(name, open)
  describeSessionStore(name, open)
  describeCollections(name, open)
  describeMailStore(name, open)
  describeLockoutStore(name, open)
  describeSecondFactors(name, open)
  describeAuditStore(name, open)
  describeMoving(name, open)
  describeTexts(name, open)
  describeClosed(name, open)
}
