import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { badge } from "../state";
import { IconButton } from "./Button";

interface PictureProps {
  src: string;
  alt: string;
  /** Whether a model made it: such pictures carry the badge where it is asked for. */
  generated?: boolean;
  favourite?: boolean;
  onSave?: () => void;
  onEdit?: () => void;
  onRestyle?: () => void;
  onFavourite?: () => void;
  /** More buttons for its menu. */
  children?: ComponentChildren;
}

/** A picture with what can be done with it. */
export function Picture(props: PictureProps) {
  const { src, alt, generated = false, favourite = false, onSave, onEdit, onRestyle, onFavourite, children } = props;
  return (
    <figure class="picture">
      <img src={src} alt={alt} draggable={false} />
      {generated && <Badge />}
      <div class="picture-menu">
        {onFavourite && (
          <IconButton
            icon="star"
            label={t(favourite ? "ui.unfavourite" : "ui.favourite")}
            pressed={favourite}
            onClick={onFavourite}
          />
        )}
        {onEdit && <IconButton icon="edit" label={t("ui.edit")} onClick={onEdit} />}
        {onRestyle && <IconButton icon="restyle" label={t("ui.restyle")} onClick={onRestyle} />}
        {onSave && <IconButton icon="save" label={t("ui.save")} onClick={onSave} />}
        {children}
      </div>
    </figure>
  );
}

/** Says that a model made the picture it lies on. Only on screen: saved pictures say so inside. */
export function Badge() {
  return badge.value ? <span class="badge">{t("shell.badge.text")}</span> : null;
}
