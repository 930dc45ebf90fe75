import { Drawer, SegmentedControl } from "@mantine/core";
import { ChevronDown, Heart, ImageOff, Store } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Art } from "~/ui/Art";
import { priceIn } from "./money";
import css from "./Preview.module.css";

/** What a shopper would see of a draft once it is published. */
export interface Shown {
  shop: string;
  title: string;
  price: string | null;
  currency: string;
  description: string;
  tags: string[];
  materials: string[];
  pictures: { url: string | null; thumbnail: string | null; alt_text: string }[];
}

type Look = "page" | "card" | "fields";

interface Props {
  opened: boolean;
  close: () => void;
  heading: string;
  shown: Shown | null;
  /** What else can be looked at here: the fields, to be changed. */
  fields?: ReactNode;
}

/** A draft as Etsy would show it: on its page, and among others in a search. */
export function Preview({ opened, close, heading, shown, fields }: Props) {
  const [look, setLook] = useState<Look>("page");
  const looks = [
    { value: "page", label: "Listing page" },
    { value: "card", label: "In a search" },
    ...(fields ? [{ value: "fields", label: "Fields" }] : []),
  ];
  return (
    <Drawer opened={opened} onClose={close} position="right" size="min(760px, 100vw)" title={heading}>
      {shown && (
        <>
          <SegmentedControl
            fullWidth
            mb="lg"
            aria-label="How it is shown"
            data={looks}
            value={look}
            onChange={(value) => setLook(value as Look)}
          />
          {look === "page" && <ListingPage shown={shown} />}
          {look === "card" && <ListingCards shown={shown} />}
          {look === "fields" && fields}
          {look !== "fields" && (
            <p className={css.note}>Drawn by printdock from what it would send; Etsy's own page may look different.</p>
          )}
        </>
      )}
    </Drawer>
  );
}

function ListingPage({ shown }: { shown: Shown }) {
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const picture = shown.pictures[at] ?? shown.pictures[0];
  const long = shown.description.length > 320 || shown.description.split("\n").length > 6;
  return (
    <article className={css.page} aria-label="Listing page">
      <div className={css.stage}>
        {picture ? (
          <Art
            src={picture.url ?? picture.thumbnail}
            small={picture.thumbnail}
            alt={picture.alt_text || "A picture without an alternative text"}
            ratio={1}
            ground="light"
            eager
            className={css.large}
          />
        ) : (
          <NoPicture />
        )}
        {shown.pictures.length > 1 && (
          <ul className={css.strip} aria-label="Pictures">
            {shown.pictures.map((one, index) => (
              <li key={`${one.url}${one.alt_text}`}>
                <button type="button" aria-current={index === at} onClick={() => setAt(index)}>
                  <Art
                    src={one.thumbnail ?? one.url}
                    alt={`Picture ${index + 1}`}
                    ratio={1}
                    fit="cover"
                    ground="light"
                  />
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className={css.facts}>
        <p className={`${css.price} number`}>{priceIn(shown.price, shown.currency)}</p>
        <h3 className={css.title}>{shown.title || "No title"}</h3>
        <p className={css.shop}>
          <Store size={15} aria-hidden /> {shown.shop}
        </p>
        {shown.materials.length > 0 && (
          <p className={css.line}>
            <strong>Materials:</strong> {shown.materials.join(", ")}
          </p>
        )}
        <h4>Item details</h4>
        <p className={css.description} data-open={open || !long}>
          {shown.description || "No description"}
        </p>
        {long && (
          <button type="button" className={css.more} aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? "Less" : "Learn more about this item"}
            <ChevronDown size={16} aria-hidden data-open={open} />
          </button>
        )}
        {shown.tags.length > 0 && (
          <>
            <h4>Tags</h4>
            <ul className={css.tags}>
              {shown.tags.map((tag) => (
                <li key={tag}>{tag}</li>
              ))}
            </ul>
          </>
        )}
      </div>
    </article>
  );
}

/** As one of a search's results: on a wide page, and on a phone, where the title is cut sooner. */
function ListingCards({ shown }: { shown: Shown }) {
  return (
    <div className={css.cards}>
      <figure>
        <ListingCard shown={shown} />
        <figcaption>On a computer</figcaption>
      </figure>
      <figure data-phone>
        <ListingCard shown={shown} />
        <figcaption>On a phone</figcaption>
      </figure>
    </div>
  );
}

function ListingCard({ shown }: { shown: Shown }) {
  const first = shown.pictures[0];
  return (
    <div className={css.card}>
      <span className={css.cardPicture}>
        {first ? (
          <Art src={first.thumbnail ?? first.url} alt={first.alt_text} ratio={5 / 4} fit="cover" ground="light" eager />
        ) : (
          <NoPicture />
        )}
        <span className={css.heart} aria-hidden>
          <Heart size={16} />
        </span>
      </span>
      <span className={css.cardTitle}>{shown.title || "No title"}</span>
      <span className={css.cardShop}>{shown.shop}</span>
      <strong className="number">{priceIn(shown.price, shown.currency)}</strong>
    </div>
  );
}

function NoPicture() {
  return (
    <span className={css.none}>
      <ImageOff size={26} strokeWidth={1.6} aria-hidden />
      No picture
    </span>
  );
}
