// Lists that Hex gives page by page.

/** The most projects, or runs of a project, that one answer of Hex can hold. Source: the API reference (`limit`, 1 to 100). */
export const PAGE_SIZE = 100;

/**
 * The pages of a list, one after another, at most `most` of them.
 * @param pageAfter asks for the page after a cursor; a repeated one ends the list
 */
export async function* pagesOf<P extends { after: string | null }>(
  pageAfter: (after: string | null) => Promise<P>,
  most: number,
): AsyncGenerator<P> {
  const seen = new Set<string>();
  let after: string | null = null;
  for (let count = 0; count < most; count++) {
    const page: P = await pageAfter(after);
    yield page;
    after = page.after;
    if (after === null || seen.has(after)) return;
    seen.add(after);
  }
}
