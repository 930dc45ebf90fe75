import css from "./Trademark.module.css";

/** Etsy's terms ask for this sentence, word for word, wherever its API is used. */
export function Trademark() {
  return (
    <p className={css.note}>
      The term 'Etsy' is a trademark of Etsy, Inc. This application uses the Etsy API but is not endorsed or certified
      by Etsy, Inc.
    </p>
  );
}
