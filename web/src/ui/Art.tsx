import { ImageOff } from "lucide-react";
import { useState } from "react";
import css from "./Art.module.css";

interface Props {
  /** Null: there is no picture (yet). */
  src: string | null | undefined;
  /** A small picture of the same, shown softly until the large one is here. */
  small?: string | null;
  /** A larger picture of the same, for screens that draw two px for one. */
  sharper?: string | null;
  /** What it shows, for those who cannot see it; "" where words stand beside it. */
  alt: string;
  /** Width by height; its place is kept while it loads. */
  ratio?: number;
  fit?: "contain" | "cover";
  /** Load at once: it is the page's subject. */
  eager?: boolean;
  className?: string;
  /** What art lies on; the checker unless a person chose otherwise. */
  ground?: "checker" | "light" | "dark" | "none";
}

/** A picture of art or of a mockup. Comes in softly; a picture that cannot be had says so. */
export function Art({
  src,
  small,
  sharper,
  alt,
  ratio,
  fit = "contain",
  eager = false,
  className = "",
  ground = "checker",
}: Props) {
  const [shown, setShown] = useState<"loading" | "here" | "gone">("loading");
  const [of, setOf] = useState(src);
  if (of !== src) {
    setOf(src);
    setShown("loading");
  }
  return (
    <span
      className={`${css.art} ${ground === "checker" ? "checker" : css[ground]} ${className}`}
      style={ratio ? { aspectRatio: ratio } : undefined}
      data-state={src ? shown : "none"}
    >
      {src && small && small !== src && shown === "loading" && (
        <img src={small} alt="" className={css.small} style={{ objectFit: fit }} draggable={false} />
      )}
      {src && shown !== "gone" && (
        <img
          key={src}
          src={src}
          srcSet={sharper ? `${src} 1x, ${sharper} 2x` : undefined}
          alt={alt}
          loading={eager ? "eager" : "lazy"}
          decoding="async"
          draggable={false}
          style={{ objectFit: fit }}
          onLoad={(event) => {
            // A large picture takes a while to decode: until then the small one, or its place, is shown.
            const mark = () => setShown((before) => (before === "loading" ? "here" : before));
            event.currentTarget.decode().then(mark, mark);
          }}
          onError={() => setShown("gone")}
        />
      )}
      {src && shown === "gone" && <ImageOff size={20} aria-label={`${alt}: the picture cannot be had`} />}
    </span>
  );
}
