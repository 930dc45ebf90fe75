export function UploadPill() {
  return null;
}
