export function middleware() {}

export const config = { runtime: 'nodejs', matcher: ['/((?!_next/static/).*)'] }
