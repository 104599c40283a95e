// Checks when it is loaded; there is nothing to take from it.
export {}
