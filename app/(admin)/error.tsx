'use client'

/** Inside the frame, so that navigation and log-out remain available. */
export { ErrorView as default } from '#app/ui/page-root.tsx'
