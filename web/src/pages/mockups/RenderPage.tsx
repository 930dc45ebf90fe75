export function RenderPage() {
  return <h1>RenderPage</h1>;
}
