/** The shells that can complete calls of the command. */
export const shells = ['bash', 'zsh', 'fish'] as const
