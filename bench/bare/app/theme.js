'use server'

export async function chooseTheme() {}
