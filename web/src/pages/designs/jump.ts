/** From the menu to the grid: which page of the outline is to be shown. */
type Jump = (page: number) => void;

let grid: Jump | null = null;

export function jumpTo(page: number): void {
  grid?.(page);
}

export function whenJumped(jump: Jump): () => void {
  grid = jump;
  return () => {
    if (grid === jump) grid = null;
  };
}
