'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const turnOn = action('two-factor.turn-on')
export const turnOff = action('two-factor.turn-off')
export const renewCodes = action('two-factor.new-recovery-codes')
