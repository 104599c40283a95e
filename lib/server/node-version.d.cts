// The module has only the side effect of checking.
export {}
