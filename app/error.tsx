'use client'

export { ErrorPage as default } from './ui/page-root.tsx'
