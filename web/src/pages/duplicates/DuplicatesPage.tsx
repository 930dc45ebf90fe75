export function DuplicatesPage() {
  return <h1>DuplicatesPage</h1>;
}
