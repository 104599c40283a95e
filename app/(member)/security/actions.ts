'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const endSession = action('sessions.end')
export const endOtherSessions = action('sessions.end-others')
export const forgetBrowser = action('browsers.forget')
export const forgetBrowsers = action('browsers.forget-all')
export const stopFactorReset = action('two-factor.stop-reset')
