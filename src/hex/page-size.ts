/** The most projects, or runs of a project, that one answer of Hex can hold. Source: the API reference (`limit`, 1 to 100). */
export const PAGE_SIZE = 100;
