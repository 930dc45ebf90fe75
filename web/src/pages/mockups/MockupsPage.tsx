export function MockupsPage() {
  return <h1>MockupsPage</h1>;
}
