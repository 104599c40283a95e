'use client'

import { type ReactNode, useEffect, useRef, useState } from 'react'
import { FieldFrame } from '#app/ui/field-frame.tsx'
import { errorId, hintId } from '#app/ui/form-context.ts'
import { useIsScripted } from '#app/ui/use-is-scripted.ts'

const name = 'picture'
/** In pixels: four times the largest place where it is shown. */
const side = 256
const quality = 0.85
/** What the server takes. Only a browser that writes no WebP makes more than a tenth of it. */
const mostBytes = 256 * 1024
const plainTypes = 'image/webp,image/png,image/jpeg'

/**
 * The file of a picture. With JavaScript it may be any image that the browser can read: its middle replaces the file, in
 * one small size and without what else the file holds, and covers the present picture. The button stays where it is, or
 * a press during the drawing would miss it.
 */
export function PictureField({
  present,
  words,
}: {
  present: ReactNode
  words: { label: string; hint: string; scriptedHint: string; preview: string; unreadable: string }
}) {
  const input = useRef<HTMLInputElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawing = useRef<Promise<void> | null>(null)
  const [state, setState] = useState<'none' | 'drawn' | 'unreadable'>('none')
  const scripted = useIsScripted()

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, for a file that was chosen before the scripts were here
  useEffect(() => {
    if (input.current?.files?.length) change()
  }, [])

  // A form that is sent during the drawing would send the file as it was.
  useEffect(() => {
    const form = input.current?.form
    const wait = (event: SubmitEvent) => {
      if (drawing.current === null) return
      event.preventDefault()
      drawing.current.then(() => form?.requestSubmit())
    }
    form?.addEventListener('submit', wait)
    return () => form?.removeEventListener('submit', wait)
  }, [])

  async function draw(field: HTMLInputElement, onto: HTMLCanvasElement): Promise<void> {
    const [file] = field.files ?? []
    if (file === undefined) return setState('none')
    const small = await shrink(file, onto)
    if (small === null) {
      field.value = ''
      return setState('unreadable')
    }
    const transfer = new DataTransfer()
    transfer.items.add(small)
    field.files = transfer.files
    setState('drawn')
  }

  function change() {
    if (input.current === null || canvas.current === null) return
    const done = draw(input.current, canvas.current).finally(() => {
      drawing.current = null
    })
    drawing.current = done
  }

  return (
    <div className="flex flex-wrap items-start gap-6">
      <div className="relative">
        {present}
        <canvas
          ref={canvas}
          width={side}
          height={side}
          role="img"
          aria-label={words.preview}
          hidden={state !== 'drawn'}
          className="avatar avatar-preview absolute inset-0"
        />
      </div>
      <div className="min-w-60 flex-1">
        <FieldFrame
          name={name}
          label={words.label}
          hint={scripted ? words.scriptedHint : words.hint}
          error={state === 'unreadable' ? words.unreadable : undefined}
        >
          <input
            ref={input}
            id={name}
            name={name}
            type="file"
            accept={scripted ? 'image/*' : plainTypes}
            required
            className="input h-auto py-2 file:me-3 file:cursor-pointer file:rounded-md file:border-0 file:bg-accent-soft file:px-3 file:py-1.5 file:font-medium file:text-accent"
            aria-invalid={state === 'unreadable' || undefined}
            aria-describedby={state === 'unreadable' ? `${errorId(name)} ${hintId(name)}` : hintId(name)}
            onChange={change}
          />
        </FieldFrame>
      </div>
    </div>
  )
}

async function shrink(file: File, canvas: HTMLCanvasElement): Promise<File | null> {
  const image = await createImageBitmap(file).catch(() => null)
  const context = canvas.getContext('2d')
  if (image === null || context === null) return null
  const { width, height } = image
  const cut = Math.min(width, height)
  context.clearRect(0, 0, side, side)
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, (width - cut) / 2, (height - cut) / 2, cut, cut, 0, 0, side, side)
  image.close()
  // A browser that writes no WebP answers with a PNG.
  const blob = (await write(canvas, 'image/webp')) ?? (await write(canvas, 'image/jpeg'))
  return blob && new File([blob], 'picture', { type: blob.type })
}

/** Null when it is too large. */
function write(canvas: HTMLCanvasElement, type: string): Promise<Blob | null> {
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(blob && blob.size <= mostBytes ? blob : null), type, quality)
  })
}
