export function PastUploadPage() {
  return <h1>PastUploadPage</h1>;
}
