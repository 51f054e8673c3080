package org.holdfast.gateway.content;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A message or a part of one (RFC 2045 section 2.4): what its header says, and what its octets are.
 * Not thread-safe.
 */
final class Entity {

  /** Of a field that matters, so many octets are looked at. */
  private static final int MOST_FIELD = 8 * 1024;

  private static final String TYPE = "content-type";
  private static final String ENCODING = "content-transfer-encoding";
  private static final String VERSION = "mime-version";

  private final boolean message;
  private final boolean signed;
  private final int messages;
  private ContentType type;
  private String encoding = "";
  private boolean typed;
  private boolean encoded;
  private boolean versioned;
  private @Nullable StringBuilder field;
  private DataKind data = DataKind.SEVEN_BIT;

  private Entity(boolean message, boolean signed, int messages, ContentType usual) {
    this.message = message;
    this.signed = signed;
    this.messages = messages;
    this.type = usual;
  }

  static Entity wholeMessage() {
    return new Entity(true, false, 0, ContentType.TEXT);
  }

  /** A part of this multipart. */
  Entity part() {
    return new Entity(false, signed || type.is("multipart/signed"), messages, type.usualPart());
  }

  /** The message that this message/rfc822 is. */
  Entity enclosed() {
    return new Entity(true, signed, messages + 1, ContentType.TEXT);
  }

  // ---- the header

  /** Takes a line of the header, or a piece of one. */
  void headerLine(Line line) {
    if (line.begins() && !line.isFolded()) {
      endField();
      field = matters(line) ? new StringBuilder() : null;
    }
    StringBuilder open = field;
    if (open != null && open.length() < MOST_FIELD) {
      int length = Math.min(line.length(), MOST_FIELD);
      open.append(new String(line.octets(), line.from(), length, StandardCharsets.ISO_8859_1));
    }
  }

  void endOfHeader() {
    endField();
    field = null;
  }

  private static boolean matters(Line line) {
    return line.startsWith(TYPE) || line.startsWith(ENCODING) || line.startsWith(VERSION);
  }

  /** The first of several fields with one name counts. */
  private void endField() {
    StringBuilder open = field;
    int colon = open == null ? -1 : open.indexOf(":");
    if (open == null || colon < 0) {
      return;
    }
    String value = open.substring(colon + 1);
    switch (open.substring(0, colon).strip().toLowerCase(Locale.ROOT)) {
      case TYPE -> {
        type = typed ? type : ContentType.parse(value);
        typed = true;
      }
      case ENCODING -> {
        encoding = encoded ? encoding : ContentType.parse(value).name();
        encoded = true;
      }
      case VERSION -> versioned = true;
      default -> {}
    }
  }

  // ---- what it is

  /** The header of a message begins it, not one of a part. */
  boolean isMessage() {
    return message;
  }

  boolean isMime() {
    return versioned || typed;
  }

  boolean hasMimeVersion() {
    return versioned;
  }

  boolean hasType() {
    return typed;
  }

  /** It stands in something that is signed (RFC 1847): not an octet may change. */
  boolean isSigned() {
    return signed;
  }

  /** So many messages are around this one. */
  int messages() {
    return messages;
  }

  boolean isText() {
    return type.name().startsWith("text/");
  }

  /** Its octets stand there as they are. */
  boolean isPlain() {
    return encoding.isEmpty() || labelled() != null;
  }

  /** What its label says its octets are; null when they are encoded. */
  @Nullable DataKind labelled() {
    for (DataKind kind : DataKind.values()) {
      if (kind.label().equals(encoding)) {
        return kind;
      }
    }
    return null;
  }

  /** The line that ends its parts, without its dashes at the end; null unless it has parts. */
  @Nullable String delimiter() {
    String boundary = isPlain() && type.name().startsWith("multipart/") ? type.boundary() : null;
    return boundary == null ? null : "--" + boundary;
  }

  /** It contains a message that is looked into (RFC 2046 section 5.2.1). */
  boolean enclosesMessage() {
    return isPlain() && (type.is("message/rfc822") || type.is("message/news"));
  }

  /** Parts are in it. */
  boolean isComposite() {
    return enclosesMessage() || delimiter() != null;
  }

  /**
   * It may be encoded: RFC 2045 section 6.4 forbids that for multipart and message. The types of
   * RFC 6532 and RFC 6533 may be.
   */
  boolean mayBeEncoded() {
    return !type.name().startsWith("multipart/")
        && (!type.name().startsWith("message/") || type.name().startsWith("message/global"));
  }

  /** What its body is; of a composite one only what stands in no part. */
  DataKind data() {
    return data;
  }

  void has(DataKind found) {
    data = data.or(found);
  }
}
