// Declares every kind of record once: fields, unique keys, expiry, file and table. Drivers, dumps, copies, back-ups,
// `store check` and the contract tests derive from it (docs/adding-a-record-kind.md). Everything read from a file,
// table or back-up passes the schema. Fields are written in this order. A field that was added later has a default, for
// records of earlier versions.

import { z } from 'zod'

import { emptyProfile, type ProfileField, profileFieldNames, ruleOf } from '../core/profile.ts'
import { verifiedKey } from './records.ts'
import { authenticationMethods, endReasons, roles, type StoredRecord, userStatuses } from './types.ts'

interface TextRule {
  /** In UTF-16 units, far above what any form takes. */
  most: number
  /** Written by users or their browsers, so `store repair` may change it. Other texts are keys or made by the site. */
  isRepairable: boolean
}

const textRules = z.registry<TextRule>()
/** A key of this length fits into an index of either database. */
export const keyRule: TextRule = { most: 255, isRepairable: false }
const made = (most: number) => z.string().register(textRules, { most, isRepairable: false })
const typed = (most = keyRule.most) => z.string().register(textRules, { most, isRepairable: true })

const time = z.int()

/** A field of lib/core/profile.ts as the stores hold it. */
function profileShape() {
  const kept = profileFieldNames.map((name) => {
    const { kind, max, storedMax = 10 * max, isLater } = ruleOf(name)
    if (kind === 'number') return [name, isLater ? z.int().nullable().default(null) : z.int().nullable()]
    return [name, isLater ? typed(storedMax).default('') : typed(storedMax)]
  })
  type Values = ReturnType<typeof emptyProfile>
  return Object.fromEntries(kept) as { [Name in ProfileField]: z.ZodType<Values[Name]> }
}

/** A WebAuthn credential: the public part of a key that the user's device keeps. */
const passkeySchema = z.strictObject({
  /** The credential id, in base64url: up to 1,023 bytes (WebAuthn Level 3, 4). */
  id: made(1_400),
  /** COSE, in base64url. */
  publicKey: made(4_000),
  transports: z.array(z.string()),
  /** As the user named it. */
  name: typed(200),
  /** The host name that it was made for. */
  rpId: z.string(),
  /** Whether its owner's other devices may have it too. */
  isSynced: z.boolean(),
  /**
   * The browser made it after a log-in, without a question. It logs in, but the password alone suffices as before: its
   * owner may not know of it.
   */
  isAutomatic: z.boolean(),
  createdAt: time,
})

export const userSchema = z.strictObject({
  /** Opaque and random; never changes and is never reused. */
  id: z.string(),
  /** Canonical form: lower case. Unique in the store. */
  username: z.string(),
  /** A PHC string, or a legacy hash that the next log-in replaces. */
  passwordHash: made(2_000),
  /** As the user typed it. */
  email: made(320).nullable(),
  /** When the user verified the address, or null. Verified addresses are unique, without regard to case. */
  emailVerifiedAt: time.nullable(),
  /** An address that replaces the verified one once it is verified itself, or null. */
  newEmail: made(320).nullable().default(null),
  role: z.enum(roles),
  status: z.enum(userStatuses),
  /** When a suspension ends by itself; null without a suspension, or when only an admin can lift it. */
  suspendedUntil: time.nullable().default(null),
  /** The reason that the admin entered, or empty. */
  suspendReason: typed(2_000).default(''),
  profile: z.strictObject(profileShape()),
  createdAt: time,
  /** When the user last chose a password after sign-up, or null. A log-in that began before this is void. */
  passwordChangedAt: time.nullable().default(null),
  /** When the user deleted the account, or null. It is erased some time later. */
  deletedAt: time.nullable().default(null),
  /**
   * Incremented by each recovery of the account. Codes, links and alerts of earlier generations are void, unless their
   * address was verified before the one that recovered the account (`recoveryAddressVerifiedAt`).
   */
  recoveryGeneration: z.int().min(0).default(0),
  /** When the address of the last recovery was verified; 0 when it used no address. */
  recoveryAddressVerifiedAt: time.default(0),
  /** Of the recently replaced addresses, the one verified first. It outranks later ones until `until`. */
  formerAddress: z
    .strictObject({ email: made(320), verifiedAt: time, until: time })
    .nullable()
    .default(null),
  /** The language and IANA time zone of the browser at the last log-in, for mails. Null when unknown. */
  locale: typed().nullable().default(null),
  timeZone: typed().nullable().default(null),
  /** The authenticator app. Only the site can open `sealed` (features/two-factor). Null without one. */
  totp: z
    .strictObject({ sealed: made(2_000), createdAt: time })
    .nullable()
    .default(null),
  /** The unused ones: the beginning of each, which finds it, and an argon2id hash of the whole. */
  recoveryCodes: z.array(z.strictObject({ beginning: z.string(), hash: made(2_000) })).default([]),
  passkeys: z.array(passkeySchema).default([]),
  /** When the second factors last changed, or null. Sessions and remembered browsers of before are void. */
  factorsChangedAt: time.nullable().default(null),
  /** The version of the profile picture, or null without one. The picture is a record of its own. */
  picture: z.string().nullable().default(null),
})

const sessionSchema = z.strictObject({
  /** SHA-256 of the session token, in hex. The token itself is stored nowhere. */
  id: z.string(),
  userId: z.string(),
  createdAt: time,
  lastActivityAt: time,
  /** When the user last authenticated. Browsing never changes it. 0 when unknown. */
  provedAt: time.default(0),
  /** How the user last authenticated. One list, because a re-authentication proves everything anew. */
  authentications: z.array(z.enum(authenticationMethods)).default(['password']),
  /**
   * The user's `passwordChangedAt` at authentication. The session is void once the user's differs. -1 when unknown, in
   * records of earlier versions: `provedAt` decides then.
   */
  passwordChangedAt: time.nullable().default(-1),
  /** The same for `factorsChangedAt`. */
  factorsChangedAt: time.nullable().default(null),
  /** The User-Agent of the browser that started the session: any text, or empty. */
  userAgent: typed(2_000).default(''),
  /** The IP address it came from, or empty. */
  address: z.string().default(''),
})

/** Why and when a session ended. Stored as long as its cookie may return. */
const endedSchema = z.strictObject({ id: z.string(), reason: z.enum(endReasons), at: time })

/** A single-use secret: a code or link that a user received. */
const tokenSchema = z.strictObject({
  /** A hash of the secret. The secret itself is stored nowhere. */
  id: z.string(),
  purpose: z.string(),
  /** The user or thing it is for. At most one token of a purpose and subject is live. */
  subject: z.string(),
  /** What it is bound to, such as the address that it was sent to. */
  detail: made(4_000_000),
  createdAt: time,
  expiresAt: time,
  /** The user whose right it passes on and who can lose that right; null for tokens of the site or its operator. */
  issuedBy: z.string().nullable().default(null),
})

/** A username that was given up. Until `until`, only its former user can take it. */
const reservedSchema = z.strictObject({
  /** The username, in canonical form. */
  id: z.string(),
  userId: z.string(),
  until: time,
})

/** A mail in the queue. */
const mailSchema = z.strictObject({
  /** Opaque and random. */
  id: z.string(),
  /** Recipient, subject and text, encrypted because they may contain a secret. */
  sealed: made(4_000_000),
  createdAt: time,
  /** Next attempt. While claimed: when the claim expires. */
  dueAt: time,
  /** How many attempts have begun. */
  attempts: z.int(),
})

/** Consecutive failures to prove one secret of a user. A success removes the record. */
const lockoutSchema = z.strictObject({
  /** Derived from the next two: see `lockoutId` (records.ts). */
  id: z.string(),
  userId: z.string(),
  /**
   * Which secret and where, such as `password-new`: the password, in browsers that the user never logged in with.
   * `password-new-email`: there, with the e-mail address as the name.
   */
  about: z.string(),
  /** When the user chose the secret. Failures of an earlier secret do not count for a later one. */
  secretSetAt: time,
  count: z.int().min(0),
  lastAt: time,
})

/**
 * The last use of a second factor. Stands apart from the user, because it changes with every log-in. A repeated use does
 * not advance `mark`, so it is refused.
 */
const credentialUseSchema = z.strictObject({
  /** `totp <user id>`, or `passkey <SHA-256 of the credential id>`, which makes credential ids unique. */
  id: z.string(),
  userId: z.string(),
  /** The time step of the accepted code (RFC 6238), or the passkey's signature counter. */
  mark: z.int().min(0),
  usedAt: time,
})

/** A browser in which the user needs no second factor for a while. The password is still asked. */
const rememberedBrowserSchema = z.strictObject({
  /** SHA-256 of the token in its cookie, in hex. */
  id: z.string(),
  userId: z.string(),
  createdAt: time,
  expiresAt: time,
  /** The user's at `createdAt`. The record is void once either differs. */
  passwordChangedAt: time.nullable(),
  factorsChangedAt: time.nullable(),
  userAgent: typed(2_000),
  address: z.string(),
})

/** A user's profile picture. Stands apart from the user, which is read with every request. */
const pictureSchema = z.strictObject({
  /** The user's. */
  id: z.string(),
  /** A hash of the image, for URLs that change with it. */
  version: z.string(),
  /** The image in base64: WebP, PNG or JPEG, as features/picture wrote it. */
  image: made(400_000),
  savedAt: time,
})

/** An entry of the audit trail with its place; each is bound to the one before it (audit-chain.ts). */
export const auditSchema = z.strictObject({
  /** From 1, without gaps. */
  seq: z.int().min(1),
  at: time,
  event: z.string(),
  outcome: z.enum(['done', 'refused']),
  /** The actor: a user's id, `operator` for the command line, or null when unknown. */
  actorId: z.string().nullable(),
  /** The id of the affected user, or null. */
  subjectId: z.string().nullable(),
  /** More facts: a flat object as JSON. Never contains a secret. */
  detail: made(4_000_000),
  /** The network of the client: the IP address without its last part, or empty. */
  network: z.string(),
  /** SHA-256 of salt and IP address in hex, or empty. Binds the address to the chain even after its deletion. */
  addressHash: z.string(),
  /** The full IP address, until it is deleted; then both are empty. */
  address: z.string(),
  addressSalt: z.string(),
  /** The hash of the previous entry; 64 zeros for the first. */
  previous: z.string(),
  /** A hash of everything but the IP address and its salt, see audit-chain.ts. */
  id: z.string(),
})

/** The files that are written from memory as a whole. The audit trail has its own. */
export type RecordFile = 'users.json' | 'sessions.json' | 'tokens.json'

export interface Unique<Fields> {
  fields: readonly (keyof Fields & string)[]
  /** What two records with the same key share, for the end of a sentence. */
  fault: string
  /** Defaults to the fields themselves. Null: this record has no such key. */
  keyOf?: (record: Fields) => string | null
}

/** And those that are read from disk on demand. */
type OtherFile = 'audit.jsonl' | 'pictures'

interface Declaration<Schema extends z.ZodObject, File extends RecordFile | OtherFile> {
  schema: Schema
  /** In messages about one record. */
  label: string
  /** In the counts that `store check` prints. */
  plural: string
  /** Kinds of `tokens.json` and `pictures` have the operations of `Collection` (types.ts). The others have their own. */
  file: File
  /** The part of that file that holds the records. */
  part: string
  /** Created by migrations.ts with a column for each field of the schema. */
  table: string
  /** A record replaces the one with the same first key. Tables have these as unique indexes. */
  unique?: readonly Unique<z.infer<Schema>>[]
  /** When a record expires, and since when it can exist, to reject dates from wrong clocks. */
  expiry?: { at: keyof z.infer<Schema> & string; since?: keyof z.infer<Schema> & string }
  /** Whether back-ups include it. A restore must not revive what was ended or used. */
  isBackedUp?: boolean
  /** Records of some hundred kilobytes: fewer are in memory at a time. */
  isLarge?: boolean
}

function declare<Schema extends z.ZodObject, const File extends RecordFile | OtherFile>(
  declaration: Declaration<Schema, File>,
): Declaration<Schema, File> {
  return declaration
}

/** In the order of a dump: users first, because the other kinds name them. */
export const kinds = {
  user: declare({
    schema: userSchema,
    label: 'user',
    plural: 'users',
    file: 'users.json',
    part: 'users',
    table: 'users',
    unique: [
      { fields: ['username'], fault: 'have the same username' },
      { fields: ['email'], fault: 'have verified the same address', keyOf: verifiedKey },
    ],
    isBackedUp: true,
  }),
  session: declare({
    schema: sessionSchema,
    label: 'session',
    plural: 'sessions',
    file: 'sessions.json',
    part: 'sessions',
    table: 'sessions',
  }),
  ended: declare({
    schema: endedSchema,
    label: 'ended session',
    plural: 'ended sessions',
    file: 'sessions.json',
    part: 'ended',
    table: 'sessions',
  }),
  token: declare({
    schema: tokenSchema,
    label: 'token',
    plural: 'tokens',
    file: 'tokens.json',
    part: 'tokens',
    table: 'tokens',
    unique: [{ fields: ['purpose', 'subject'], fault: 'are for the same purpose and subject' }],
    expiry: { at: 'expiresAt', since: 'createdAt' },
  }),
  reserved: declare({
    schema: reservedSchema,
    label: 'reserved username',
    plural: 'reserved names',
    file: 'users.json',
    part: 'reserved',
    table: 'reserved_usernames',
    expiry: { at: 'until' },
    isBackedUp: true,
  }),
  mail: declare({
    schema: mailSchema,
    label: 'mail',
    plural: 'mails',
    file: 'tokens.json',
    part: 'mails',
    table: 'mails',
  }),
  lockout: declare({
    schema: lockoutSchema,
    label: 'lockout',
    plural: 'lockouts',
    file: 'tokens.json',
    part: 'lockouts',
    table: 'lockouts',
    isBackedUp: true,
  }),
  credentialUse: declare({
    schema: credentialUseSchema,
    label: 'use of a second factor',
    plural: 'uses of second factors',
    file: 'tokens.json',
    part: 'credentialUses',
    table: 'credential_uses',
    isBackedUp: true,
  }),
  rememberedBrowser: declare({
    schema: rememberedBrowserSchema,
    label: 'remembered browser',
    plural: 'remembered browsers',
    file: 'tokens.json',
    part: 'rememberedBrowsers',
    table: 'remembered_browsers',
    expiry: { at: 'expiresAt', since: 'createdAt' },
  }),
  picture: declare({
    schema: pictureSchema,
    label: 'profile picture',
    plural: 'profile pictures',
    file: 'pictures',
    part: 'pictures',
    table: 'pictures',
    unique: [{ fields: ['id'], fault: 'are of the same user' }],
    isBackedUp: true,
    isLarge: true,
  }),
  audit: declare({
    schema: auditSchema,
    label: 'audit trail',
    plural: 'audit entries',
    file: 'audit.jsonl',
    part: 'audit',
    table: 'audit',
    isBackedUp: true,
  }),
}

type Kinds = typeof kinds
export type KindName = keyof Kinds
export type RecordOf<Name extends KindName> = z.infer<Kinds[Name]['schema']>
/** The kinds that the JSON driver keeps in memory. */
export type MemoryKind = Exclude<KindName, 'audit' | 'picture'>
type KindsIn<File extends RecordFile> = {
  [Name in MemoryKind]: Kinds[Name] extends { file: File } ? Name : never
}[MemoryKind]
/** The kinds that have the operations of `Collection` (types.ts). */
export type CollectionKind = KindsIn<'tokens.json'> | 'picture'

export const kindNames = Object.keys(kinds) as KindName[]

export function kindsIn<File extends RecordFile>(file: File): KindsIn<File>[] {
  return kindNames.filter((name) => kinds[name].file === file) as KindsIn<File>[]
}

export const collectionKinds: readonly CollectionKind[] = [...kindsIn('tokens.json'), 'picture']

export function isInMemory(name: KindName): name is MemoryKind {
  return name !== 'audit' && name !== 'picture'
}

/** The declaration, for code that treats all kinds alike. */
export function declarationOf(name: KindName): Declaration<z.ZodObject, RecordFile | OtherFile> {
  return kinds[name] as unknown as Declaration<z.ZodObject, RecordFile | OtherFile>
}

/** A validated record with its kind. `older` schemas also accept records of earlier versions. */
export function storedSchema(
  names: readonly KindName[],
  older: { [Name in KindName]?: z.ZodType<RecordOf<Name>> } = {},
): z.ZodType<StoredRecord> {
  const variants = names.map((kind) =>
    z.strictObject({ kind: z.literal(kind), record: older[kind] ?? kinds[kind].schema }),
  )
  const [first, ...others] = variants
  if (first === undefined) throw new TypeError('A schema of no kinds matches nothing.')
  return z.discriminatedUnion('kind', [first, ...others]) as unknown as z.ZodType<StoredRecord>
}

export const storedRecordSchema = storedSchema(kindNames)

/** The record's key, or null when it has none. */
export function keyOf<Fields>({ fields, keyOf: special }: Unique<Fields>, record: Fields): string | null {
  return special ? special(record) : JSON.stringify(fields.map((field) => record[field]))
}

export type Snake<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : ''

/** The name of a field in a table and in an imported file. */
export function snakeCase<Name extends string>(field: Name): Snake<Name> {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) as Snake<Name>
}

/** The schema under `nullable` and `default`. */
export function innerOf(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodNullable || schema instanceof z.ZodDefault ? innerOf(schema.unwrap()) : schema
}

/** The rule of each text by its place in the record, such as `profile.bio`; other texts have the rule of a key. */
export const ruleByPlace: ReadonlyMap<string, TextRule> = new Map(
  kindNames.flatMap((name) => [...rulesIn(kinds[name].schema)]),
)

function* rulesIn(schema: z.ZodObject, before = ''): Generator<[string, TextRule]> {
  for (const [field, wrapped] of Object.entries(schema.shape)) {
    const inner = innerOf(wrapped)
    const rule = inner instanceof z.ZodString ? textRules.get(inner) : undefined
    if (rule !== undefined) yield [`${before}${field}`, rule]
    const group = inner instanceof z.ZodArray ? inner.element : inner
    if (group instanceof z.ZodObject) yield* rulesIn(group, `${before}${field}.`)
  }
}

/** Defaults of a new user: a member without address, with an empty profile. */
export type NewUser = Pick<z.infer<typeof userSchema>, 'id' | 'username' | 'passwordHash' | 'createdAt'> &
  Partial<Omit<z.input<typeof userSchema>, 'profile'>> & { profile?: Partial<z.infer<typeof userSchema>['profile']> }

export function newUser({ profile, ...fields }: NewUser): z.infer<typeof userSchema> {
  return userSchema.parse({
    email: null,
    emailVerifiedAt: null,
    role: 'member',
    status: 'active',
    ...fields,
    profile: { ...emptyProfile(), ...profile },
  })
}
