'use client'

import { useField } from './form-context.ts'

export function Checkbox({ name, label }: { name: string; label: string }) {
  const { typed, control } = useField(name, false)
  return (
    <label className="flex min-h-11 cursor-pointer items-center gap-3">
      <input type="checkbox" className="size-5 flex-none" defaultChecked={typed !== undefined} {...control} />
      <span>{label}</span>
    </label>
  )
}
