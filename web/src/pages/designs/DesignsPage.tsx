export function DesignsPage() {
  return <h1>DesignsPage</h1>;
}
