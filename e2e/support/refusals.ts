// How the site rejects a request, in pages, actions and router fetches.
import type { Answer } from '#e2e/support/http.ts'

/** Whether the answer rejects: a redirect to the log-in page, an error, or nothing. */
export function isRefusal(answer: Answer): boolean {
  // Next answers 409 to an action that the page does not have, and `{}` for an empty result.
  const says = [400, 401, 404, 409].includes(answer.status) || answer.text === '{}'
  return says || leadsToLogIn(answer) || isRouteTree(answer)
}

/** What the router may prefetch of any page: folder names, and nothing rendered. */
function isRouteTree({ headers, text }: Answer): boolean {
  return headers['content-type'] === 'text/x-component' && !text.includes('["$",')
}

function leadsToLogIn({ status, location, headers, text }: Answer): boolean {
  if (location !== null) return [303, 307].includes(status) && isLogIn(location)
  const told = headers['x-action-redirect'] ?? headers['x-nextjs-redirect']
  if (typeof told === 'string') return isLogIn(told)
  // A page that redirects during a router fetch can only say so inside the answer.
  return /NEXT_REDIRECT;(?:replace|push);\/login/.test(text)
}

function isLogIn(location: string): boolean {
  return /^(\/login|\/_next\/data\/\w+\/login\.json)$/.test(new URL(location, 'http://relative.invalid').pathname)
}
