// The names and attributes of this site's cookies.

/**
 * `__Host-` binds a cookie to this host and needs https; browsers refuse it over plain http (RFC 6265bis, 4.1.3.2;
 * OWASP ASVS 3.3.1 and 3.3.3).
 */
export function cookieNameOn(appOrigin: string, name: string): string {
  return appOrigin.startsWith('https:') ? `__Host-${name}` : name
}

/** For cookies that no script reads. Lax: a link in a mail or on another site must find the session. */
export function cookieOptionsOn(appOrigin: string) {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure: appOrigin.startsWith('https:') } as const
}
