// What a passkey is asked for. The challenge of one ceremony does for no other.

export const ceremonies = ['log-in', 'second-factor', 'confirm', 'sign-up', 'add', 'upgrade'] as const
export type Ceremony = (typeof ceremonies)[number]
