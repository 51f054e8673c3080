package org.holdfast.gateway.content;

/** What is done to the message or to one part of it, so that a way can carry it. */
enum Treatment {
  /** Nothing. */
  AS_IS,
  /** Its label promises more than the way takes, its octets do not. */
  LABEL_7BIT,
  LABEL_8BIT,
  QUOTED_PRINTABLE,
  BASE64,
  /** It is signed: an octet changed, and the signature is broken (RFC 1847 section 2.1). */
  SIGNED,
  /** It may not be encoded (RFC 2045 section 6.4), or says that it is already. */
  NOT_ENCODABLE,
  /** Not MIME, so nothing could say how it is encoded. */
  NOT_MIME;

  boolean possible() {
    return compareTo(SIGNED) < 0;
  }

  /** What the label is to say; empty when it stays. */
  String label() {
    return switch (this) {
      case LABEL_7BIT -> DataKind.SEVEN_BIT.label();
      case LABEL_8BIT -> DataKind.EIGHT_BIT.label();
      case QUOTED_PRINTABLE -> "quoted-printable";
      case BASE64 -> "base64";
      default -> "";
    };
  }

  /** What a part of a message needs where the way takes {@code most}. */
  static Treatment of(Entity entity, DataKind most) {
    if (!entity.data().exceeds(most) || entity.isComposite()) {
      return label(entity, most);
    }
    if (entity.isSigned()) {
      return SIGNED;
    }
    if (!entity.isPlain() || !entity.mayBeEncoded()) {
      return NOT_ENCODABLE;
    }
    return encoding(entity);
  }

  private static Treatment label(Entity entity, DataKind most) {
    DataKind labelled = entity.labelled();
    if (labelled == null || !labelled.exceeds(most) || entity.isSigned()) {
      return AS_IS;
    }
    return most == DataKind.SEVEN_BIT ? LABEL_7BIT : LABEL_8BIT;
  }

  /** Plain text without MIME gets the header that says so (RFC 1428 section 3). */
  private static Treatment encoding(Entity entity) {
    if (entity.data() == DataKind.BINARY) {
      return entity.isMessage() && !entity.isMime() ? NOT_MIME : BASE64;
    }
    return entity.isText() ? QUOTED_PRINTABLE : BASE64;
  }
}
