export function EditorPage() {
  return <h1>Mockup editor</h1>;
}
